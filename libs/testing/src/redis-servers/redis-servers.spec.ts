import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';

import { eventually } from '../eventually.js';
import { redisClusterForTest } from './redis-cluster.js';
import { redisSentinelForTest } from './redis-sentinel.js';
import { redisTlsForTest } from './redis-tls.js';

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('redisClusterForTest', () => {
  it('gives a cluster whose slots move with what is in them', async () => {
    const cluster = await redisClusterForTest();
    try {
      const before = await cluster.masterOf('pears');
      await before.withClient(async (redis) => redis.set('pears', '5'));
      const after = await cluster.moveSlotOf('pears');
      expect(after).not.toBe(before);
      expect(await after.withClient(async (redis) => redis.get('pears'))).toBe('5');
      const refused = before.withClient(async (redis) => redis.get('pears'));
      await expect(refused).rejects.toThrow(/^MOVED/);
    } finally {
      await cluster.close();
    }
  });

  it('gives each master a replica that takes over when it is killed', async () => {
    const cluster = await redisClusterForTest();
    try {
      const replica = await cluster.replicaOf('pears');
      await (await cluster.masterOf('pears')).kill();
      await eventually(async () => {
        expect(await replica.withClient(async (redis) => redis.set('pears', '5'))).toBe('OK');
      });
    } finally {
      await cluster.close();
    }
  });
});

describe('redisSentinelForTest', () => {
  it('gives Sentinels that make the replica the master when that is killed', async () => {
    const trio = await redisSentinelForTest();
    try {
      const before = await trio.master();
      await before.kill();
      const after = await eventually(async () => {
        const master = await trio.master();
        expect(master).not.toBe(before);
        return master;
      });
      await eventually(async () => {
        expect(await after.withClient(async (redis) => redis.set('pears', '5'))).toBe('OK');
      });
      await before.restart();
      await trio.settled();
    } finally {
      await trio.close();
    }
  });
});

describe('redisTlsForTest', () => {
  it('lets in who has a certificate of its authority, and nobody else', async () => {
    const server = await redisTlsForTest();
    const { ca, client } = server.certificates;
    const connect = (tls: object) => {
      const redis = new Redis(server.url, { lazyConnect: true, retryStrategy: () => null, tls });
      redis.on('error', () => undefined);
      return redis;
    };
    const [known, stranger] = [connect({ ca, ...client }), connect({ ca })];
    try {
      await known.connect();
      expect(await known.ping()).toBe('PONG');
      await expect(stranger.connect()).rejects.toThrow('Connection is closed.');
    } finally {
      known.disconnect();
      stranger.disconnect();
      await server.close();
    }
  });
});

describe('servers for tests', () => {
  it('end, and leave nothing, when the test that started them is killed', async () => {
    const loader = path.resolve(import.meta.dirname, '../../../../tools/jest/typescript-child.mjs');
    const program = path.join(import.meta.dirname, '../../test/start-and-wait.ts');
    const child = spawn(process.execPath, ['--import', loader, program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { pid, folder } = JSON.parse(line) as { pid: number; folder: string };
    expect(isRunning(pid)).toBe(true);
    expect(existsSync(folder)).toBe(true);

    child.kill('SIGKILL');
    await eventually(() => {
      expect(isRunning(pid)).toBe(false);
      expect(existsSync(folder)).toBe(false);
    });
  });
});
