import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { BODY_TYPES, bodyTypeOf, type BodyType } from './body-types.js';
import { isStreamed } from './streamed-body.js';

/** The largest body: 512 KiB, so that 50,000 characters fit also where each is escaped. */
export const BODY_LIMIT = 512 * 1024;

/** No schema here nests nearly this deep, while recursion over a deeper value could end the stack. */
const DEEPEST_JSON = 64;

/**
 * Bodies are JSON in UTF-8 (RFC 8259), of the media type that the route takes, and nothing else
 * (415), but for routes with a `@StreamedBody()`, which read theirs by themselves. Refused (400) are
 * other bytes, text that is no JSON, keys that reach for prototypes, a key given twice in one object,
 * and values nested too deep. An empty body counts as none.
 */
export function acceptJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  for (const type of BODY_TYPES) acceptJson(fastify, type);
  fastify.addContentTypeParser('*', (request, payload, done) => {
    if (isStreamed(request)) done(null, payload);
    else done(new RefusedTypeError(), undefined);
  });
}

function acceptJson(fastify: FastifyInstance, type: BodyType): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body, done) => {
    if (bodyTypeOf(request) !== type) return done(new RefusedTypeError(), undefined);
    const bytes = Buffer.from(body);
    if (bytes.length === 0) return done(null, undefined);
    // Decoding would replace them, and different texts would become the same.
    if (!isUtf8(bytes)) return done(new RefusedJsonError('JSON_NOT_UTF8'), undefined);
    const json = bytes.toString();
    const { depth, members } = measure(json);
    if (depth > DEEPEST_JSON) return done(new RefusedJsonError('JSON_TOO_DEEP'), undefined);
    return parse(request, json, (error: Error | null, value?: unknown) => {
      if (error === null && countMembers(value) !== members) {
        return done(new RefusedJsonError('JSON_KEY_TWICE'), undefined);
      }
      return done(error, value);
    });
  });
}

class RefusedJsonError extends Error {
  readonly statusCode = 400;

  constructor(readonly code: 'JSON_NOT_UTF8' | 'JSON_TOO_DEEP' | 'JSON_KEY_TWICE') {
    super(code);
  }
}

/** As the server's own for a type that no route takes. */
class RefusedTypeError extends Error {
  readonly statusCode = 415;
  readonly code = 'FST_ERR_CTP_INVALID_MEDIA_TYPE';
}

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;
const OPENING = new Set([91, 123]);
const CLOSING = new Set([93, 125]);

/** In one pass over what stands outside strings: how deep it nests, and its members as written. */
function measure(json: string): { depth: number; members: number } {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const unit = json.charCodeAt(index);
    if (inString) {
      if (unit === BACKSLASH) index += 1;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) inString = true;
    else if (unit === COLON) members += 1;
    else if (OPENING.has(unit)) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (CLOSING.has(unit)) depth -= 1;
  }
  return { depth: deepest, members };
}

/** The members of all objects in a value: fewer than were written where a key came twice. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value);
  let count = Array.isArray(value) ? 0 : inside.length;
  for (const each of inside) count += countMembers(each);
  return count;
}
