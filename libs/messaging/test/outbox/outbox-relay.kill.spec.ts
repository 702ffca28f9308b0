import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type RedisForTest, eventually, redisForTest } from '@trilith/testing';

import type { Backend } from './backend.js';
import { mongoBackend } from './mongo-backend.js';
import { postgresBackend } from './postgres-backend.js';
import type { RelayProcessInput } from './relay-process.js';

const workspace = path.resolve(import.meta.dirname, '../../../..');

describe.each([postgresBackend, mongoBackend])('killed relays of an outbox in $name', (kind) => {
  let backend: Backend;
  let place: RedisForTest;
  let redis: RedisClient;
  const started: ChildProcess[] = [];

  beforeEach(async () => {
    backend = await kind.open();
    place = await redisForTest();
    redis = createRedis({ url: place.url, name: 'relay-kill-spec' });
    await whenReady(redis, 10_000);
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map(kill));
    await closeRedis(redis);
    await place.close();
    await backend.close();
  });

  /** The ids that relays published, in order, with what was published again. */
  const published = async () => redis.lrange(`${place.prefix}:published`, 0, -1);
  const start = (options: Pick<RelayProcessInput, 'dieAfterPublishing'>) => {
    const child = startRelay({
      location: backend.location,
      redisUrl: place.url,
      prefix: place.prefix,
      list: `${place.prefix}:published`,
      leaseMs: 1_000,
      ...options,
    });
    started.push(child);
    return child;
  };
  const commit = async (count: number) =>
    backend.inTransaction(async () =>
      backend.outbox.addAll(
        Array.from({ length: count }, (_, n) => ({ topic: 't', key: 'k', payload: n })),
      ),
    );

  it('leave what they published and did not mark to the next, under the same ids', async () => {
    const ids = await commit(25);
    const [, signal] = (await once(start({ dieAfterPublishing: true }), 'exit')) as unknown[];
    expect(signal).toBe('SIGKILL');
    expect(await published()).toEqual(ids.slice(0, 10));
    expect((await backend.store.lag()).pending).toBe(25);

    start({ dieAfterPublishing: false });
    await eventually(async () => expect((await backend.store.lag()).pending).toBe(0));
    expect(await published()).toEqual([...ids.slice(0, 10), ...ids]);
  });

  it('lose nothing and keep the order, one after the other', async () => {
    const ids: string[] = [];
    for (let life = 0; life < 4; life += 1) {
      ids.push(...(await commit(100)));
      const before = (await published()).length;
      const relay = start({ dieAfterPublishing: false });
      await eventually(async () => expect((await published()).length).toBeGreaterThan(before + 30));
      await kill(relay);
    }
    start({ dieAfterPublishing: false });
    await eventually(async () => expect((await backend.store.lag()).pending).toBe(0));
    // An event published again comes after its first time: what remains is the order of those.
    expect([...new Set(await published())]).toEqual(ids);
  });
});

function startRelay(input: RelayProcessInput): ChildProcess {
  const loader = path.join(workspace, 'tools/jest/typescript-child.mjs');
  const program = path.join(import.meta.dirname, 'relay-process.ts');
  return spawn(process.execPath, ['--import', loader, program, JSON.stringify(input)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
