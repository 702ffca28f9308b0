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
  const found = await Promise.all(
    mastersOf(client).map(async (server) => checkOne(server, wanted)),
  );
  return [...new Set(found.flat())];
}

/**
 * How full the server is, as a fraction of its `maxmemory`: of a cluster the fullest master. Without
 * such a limit 0.
 *
 * @throws when the server does not answer: `isRedisUnavailable` tells.
 */
export async function memoryFullness(client: RedisClient): Promise<number> {
  const infos = await Promise.all(
    mastersOf(client).map(async (server) => parseInfo(await server.info('memory'))),
  );
  const fullness = infos.map((info) => {
    const most = Number(info.get('maxmemory') ?? 0);
    return most > 0 ? Number(info.get('used_memory') ?? 0) / most : 0;
  });
  return Math.max(0, ...fullness);
}

function mastersOf(client: RedisClient): Pick<RedisClient, 'info'>[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
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
