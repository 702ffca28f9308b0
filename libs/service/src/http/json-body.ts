import type { FastifyInstance } from 'fastify';

/** The largest body: 256 KiB. */
export const BODY_LIMIT = 256 * 1024;

/** No schema here nests nearly this deep, while recursion over a deeper value could end the stack. */
const DEEPEST_JSON = 64;

/**
 * Bodies are JSON, and nothing else (415). Keys that reach for prototypes, values nested too deep
 * and text that is no JSON are refused (400). An empty body counts as none.
 */
export function acceptJsonOnly(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const json = String(body);
    if (json === '') return done(null, undefined);
    if (isTooDeep(json)) return done(new JsonTooDeepError(), undefined);
    return parse(request, json, done);
  });
}

class JsonTooDeepError extends Error {
  readonly code = 'JSON_TOO_DEEP';
  readonly statusCode = 400;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPENING = new Set([91, 123]);
const CLOSING = new Set([93, 125]);

/** Counts brackets outside strings: one pass, and none at all for a body too short to be deep. */
function isTooDeep(json: string, limit = DEEPEST_JSON): boolean {
  if (json.length <= limit) return false;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const unit = json.charCodeAt(index);
    if (inString) {
      if (unit === BACKSLASH) index += 1;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) inString = true;
    else if (OPENING.has(unit)) {
      depth += 1;
      if (depth > limit) return true;
    } else if (CLOSING.has(unit)) depth -= 1;
  }
  return false;
}
