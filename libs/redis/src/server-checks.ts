import { Cluster } from 'ioredis';

import type { RedisClient } from './connection.js';

/** What the data of a client relies on. */
export type ServerNeed = 'noeviction' | 'aof';

const oldestMajorVersion = 7;

const needs: Record<ServerNeed, (info: ReadonlyMap<string, string>) => string | undefined> = {
  noeviction: (info) => {
    const policy = info.get('maxmemory_policy');
    if (policy === undefined || policy === 'noeviction') return undefined;
    return `maxmemory-policy is ${policy}: data may be evicted; set it to noeviction`;
  },
  aof: (info) =>
    info.get('aof_enabled') === '0'
      ? 'appendonly is off: a restart of the server loses recent data; set it to yes'
      : undefined,
};

/**
 * Compares the server with what its use needs, and with the oldest version supported (7). Of a
 * cluster each master is asked, and what is wrong with several is said once.
 *
 * @returns one line for each thing that is wrong; none when all is well.
 * @throws when the server does not answer: `isRedisUnavailable` tells.
 */
export async function checkServer(
  client: RedisClient,
  { needs: wanted }: { needs: readonly ServerNeed[] },
): Promise<string[]> {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  const found = await Promise.all(servers.map(async (server) => checkOne(server, wanted)));
  return [...new Set(found.flat())];
}

async function checkOne(
  server: Pick<RedisClient, 'info'>,
  wanted: readonly ServerNeed[],
): Promise<string[]> {
  const info = parseInfo(await server.info());
  const warnings = wanted.map((need) => needs[need](info));
  return [versionWarning(info), ...warnings].filter((warning) => warning !== undefined);
}

function versionWarning(info: ReadonlyMap<string, string>): string | undefined {
  // Valkey reports the version of Redis that it is compatible with under the same name.
  const version = info.get('redis_version') ?? 'unknown';
  if (Number.parseInt(version, 10) >= oldestMajorVersion) return undefined;
  return `the server's version is ${version}; ${oldestMajorVersion} or newer is needed`;
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}
