import type { ServedEntry } from '../../served-entry.js';
import type { Audience } from './audience.js';
import type { CacheRouteOptions } from './cache-route.options.js';
import type { CachedResponse } from './cached-response.js';
import { isNamedBy } from './entity-tag.js';
import type { Exchange } from './exchange.js';

/** Sets the headers of a response that may be given again, and gives its body: none for a 304. */
export function answer(
  exchange: Exchange,
  {
    served,
    isOwn,
    route,
    audience,
  }: {
    /** Whether the handler ran for this request. */
    isOwn: boolean;
    served: ServedEntry<CachedResponse | undefined>;
    route: CacheRouteOptions;
    audience: Audience;
  },
): unknown {
  exchange.isAnswered = true;
  const { body, headers = {} } = served.value ?? { body: undefined };
  for (const [name, value] of Object.entries(headers)) exchange.setResponseHeader(name, value);
  exchange.setResponseHeader('X-Cache', served.isStale ? 'STALE' : isOwn ? 'MISS' : 'HIT');
  exchange.setResponseHeader('Age', String(Math.floor(served.ageMs / 1_000)));
  exchange.setResponseHeader('Cache-Control', cacheControl(route, audience));
  addVary(exchange, audience.vary);
  if (served.etag === undefined) return body;
  exchange.setResponseHeader('ETag', served.etag);
  if (!isNamedBy(exchange.requestHeader('if-none-match'), served.etag)) return body;
  exchange.status = 304;
  return undefined;
}

function cacheControl({ maxAgeMs = 0 }: CacheRouteOptions, { isShared }: Audience): string {
  const scope = isShared ? 'public' : 'private';
  const seconds = Math.floor(maxAgeMs / 1_000);
  return `${scope}, max-age=${seconds}${seconds === 0 ? ', must-revalidate' : ''}`;
}

/** What others said of it, such as compression or CORS, stays. */
function addVary(exchange: Exchange, names: readonly string[]): void {
  const said = (exchange.responseHeader('vary') ?? '').split(',').map((name) => name.trim());
  const all = new Map([...said, ...names].map((name) => [name.toLowerCase(), name]));
  all.delete('');
  if (all.size > 0) exchange.setResponseHeader('Vary', [...all.values()].join(', '));
}
