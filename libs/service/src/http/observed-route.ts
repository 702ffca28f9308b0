import type { FastifyRequest } from 'fastify';

/** Asked for every few seconds by machines. */
const UNOBSERVED = new Set(['/health/live', '/health/ready', '/metrics']);

const LONGEST_PATH = 300;

/** Whether requests of a route are logged, measured and traced. */
export function isObserved(route: string): boolean {
  return !UNOBSERVED.has(route);
}

/** The pattern, not the path: what clients make up must not become labels. */
export function routeOf({ routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? 'unmatched';
}

/** Without the query, which may hold what belongs in no log. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return (end === -1 ? url : url.slice(0, end)).slice(0, LONGEST_PATH);
}
