import type { CacheRouteOptions } from './cache-route.options.js';
import type { Exchange } from './exchange.js';

/** Tells who asks, so that no user is given another's response: an id, or undefined. */
export type IdentifyUser = (request: unknown) => string | undefined;

/** Request headers that say who asks. */
const credentialHeaders = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key'];

/** Whom a response is for. */
export interface Audience {
  /** Part of the key. */
  readonly key: string;
  /** Whether one response may serve different users. */
  readonly isShared: boolean;
  /** For the `Vary` header. */
  readonly vary: readonly string[];
}

/**
 * Whom the response to a request may be given to, or undefined when nobody else: it must not be
 * cached then. That is so for a request with credentials, unless the route is public or varies by
 * user and it is known which.
 */
export function audienceOf(
  exchange: Exchange,
  route: CacheRouteOptions,
  identify: IdentifyUser,
): Audience | undefined {
  const names = [route.vary ?? []].flat().map((name) => name.toLowerCase());
  const headers = names.filter((name) => name !== 'user');
  const values = headers.map((name) => [name, exchange.requestHeader(name) ?? null]);
  if (route.public === true && !names.includes('user')) {
    return { key: JSON.stringify(values), isShared: true, vary: headers };
  }
  const vary = [...new Set([...headers, 'authorization', 'cookie'])];
  const user = names.includes('user') ? identify(exchange.request) : undefined;
  if (user !== undefined) return { key: JSON.stringify([values, user]), isShared: false, vary };
  const isAnonymous = credentialHeaders.every((name) => !exchange.requestHeader(name));
  return isAnonymous ? { key: JSON.stringify(values), isShared: true, vary } : undefined;
}

/** `request.user.id` or `.sub`, as most guards leave it. */
export const userOfRequest: IdentifyUser = (request) => {
  const { user } = request as { user?: { id?: unknown; sub?: unknown } | null };
  const id = user?.id ?? user?.sub;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
};
