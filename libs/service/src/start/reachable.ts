import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start.error.js';

const ATTEMPT_MS = 1_000;
const PAUSE_MS = 200;

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  postgres: 5432,
  postgresql: 5432,
  mongodb: 27017,
  redis: 6379,
  rediss: 6379,
  'redis+cluster': 6379,
  'rediss+cluster': 6379,
  'redis+sentinel': 26379,
  'rediss+sentinel': 26379,
  http: 80,
  https: 443,
};

/** A host and port out of a URL. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * The hosts and ports that URLs name, without user and password. Takes what drivers take: lists of
 * hosts in one URL, lists of URLs. None for an address that only its driver can resolve.
 */
export function endpointsOf(url: string): Endpoint[] {
  let protocol = '';
  // A password may hold whatever separates hosts.
  const withoutLogins = url.replaceAll(/:\/\/[^@/]*@/g, '://');
  return withoutLogins.split(',').flatMap((part) => {
    const match =
      /^(?:([a-z][a-z\d+.-]*):\/\/)?(\[[^\]]+\]|[^:/?#[\]]+)(?::(\d+))?(?:[/?#].*)?$/i.exec(
        part.trim(),
      );
    protocol = match?.[1]?.toLowerCase() ?? protocol;
    const port = Number(match?.[3] ?? DEFAULT_PORTS[protocol]);
    const host = match?.[2]?.replace(/^\[|\]$/g, '');
    return host === undefined || !Number.isInteger(port) ? [] : [{ host, port }];
  });
}

/** `127.0.0.1:5432`, or several of them: what a message about a store may show. */
export function showEndpoints(url: string): string {
  const shown = endpointsOf(url).map(({ host, port }) => `${host}:${port}`);
  return shown.length > 0 ? shown.join(', ') : 'its address';
}

/** Stores by name, as URLs. */
export type Stores = Readonly<Record<string, string>>;

/** `; its stores: postgres at 127.0.0.1:5432, …`, or nothing where there are none. */
export function showStores(stores: Stores): string {
  const shown = Object.entries(stores).map(([name, url]) => `${name} at ${showEndpoints(url)}`);
  return shown.length > 0 ? `; its stores: ${shown.join(', ')}` : '';
}

/**
 * Waits until each store takes connections.
 *
 * @throws {StartError} one line with each store that stayed away, its host and port
 */
export async function untilReachable(stores: Stores, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const missing = await Promise.all(
    Object.entries(stores).map(async ([name, url]) => {
      const failure = await waitFor(endpointsOf(url), signal);
      return failure && `${name} at ${showEndpoints(url)} cannot be reached (${failure})`;
    }),
  );
  const lines = missing.filter((line) => line !== undefined);
  if (lines.length > 0) {
    throw new StartError(`${lines.join('; ')}; waited ${timeoutMs / 1_000} s for it`);
  }
}

/** Undefined once one of the endpoints answered; the last failure when time ran out. */
async function waitFor(endpoints: Endpoint[], signal: AbortSignal): Promise<string | undefined> {
  if (endpoints.length === 0) return undefined;
  for (;;) {
    const failures = await Promise.all(endpoints.map(knock));
    if (failures.includes(undefined)) return undefined;
    if (signal.aborted) return failures[0];
    await sleep(PAUSE_MS);
  }
}

/** Opens a connection and closes it: undefined when that works, else an error's code. */
function knock({ host, port }: Endpoint): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ATTEMPT_MS });
    const finish = (failure?: string) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => finish());
    socket.once('timeout', () => finish('ETIMEDOUT'));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  });
}
