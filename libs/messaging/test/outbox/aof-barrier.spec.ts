import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  type RedisClient,
  closeRedis,
  createBlockingRedis,
  createRedis,
  whenReady,
} from '@trilith/redis';
import type { Redis } from 'ioredis';
import { eventually } from '@trilith/testing';

import { AofBarrier } from '../../src/outbox/aof-barrier.js';
import { RedisServer } from './redis-server.js';

const TIMEOUT_MS = 10_000;
const aof = ['--save', '', '--appendonly', 'yes', '--appendfsync'];

describe('AofBarrier', () => {
  const clients: RedisClient[] = [];
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
    const warn = (message: string) => void warnings.push(message);
    Logger.overrideLogger({ log: () => undefined, error: () => undefined, warn });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map(async (client) => closeRedis(client)));
  });

  const start = async (...settings: string[]) => RedisServer.start(settings);
  const barrierOn = ({ url }: RedisServer, timeoutMs = TIMEOUT_MS) => {
    const maxReconnectDelayMs = 50;
    const commands = createRedis({ url, name: 'publishing', maxReconnectDelayMs });
    const blocking = createBlockingRedis({
      url,
      name: 'waiting',
      maxReconnectDelayMs,
      maxBlockMs: timeoutMs,
    });
    clients.push(commands, blocking);
    // To one server it is one connection.
    const [publishing, waiting] = [commands as Redis, blocking];
    const barrier = new AofBarrier({ publishing, waiting, key: 'barrier', timeoutMs });
    return { barrier, publishing, waiting };
  };

  it.each(['always', 'everysec'])('is reached when appendfsync is %s', async (appendfsync) => {
    await using server = await start(...aof, appendfsync);
    const { barrier, publishing } = barrierOn(server);
    const since = await barrier.mark();
    await publishing.xadd('stream', '*', 'field', 'value');
    await barrier.reached(since);
    expect(warnings).toEqual([]);
    // What the barrier wrote for itself goes away.
    expect(await publishing.pttl('barrier')).toBeGreaterThan(0);
  });

  it('is not reached while the disk has not everything', async () => {
    await using server = await start(...aof, 'everysec');
    const { barrier, publishing } = barrierOn(server, 500);
    const since = await barrier.mark();
    await publishing.xadd('stream', '*', 'field', 'value');
    await barrier.reached(since);
    // From here on the server writes no more to disk.
    await publishing.config('SET', 'appendfsync', 'no');
    await publishing.xadd('stream', '*', 'field', 'value');
    await expect(barrier.reached(since)).rejects.toMatchObject({ code: 'not_durable' });
  });

  it('is not reached when the server has restarted meanwhile', async () => {
    await using server = await start('--save', '', '--appendonly', 'yes');
    const { barrier, publishing, waiting } = barrierOn(server);
    const since = await barrier.mark();
    await publishing.xadd('stream', '*', 'field', 'value');
    await server.kill();
    await server.run();
    await Promise.all([whenReady(publishing, TIMEOUT_MS), whenReady(waiting, TIMEOUT_MS)]);
    await expect(barrier.reached(since)).rejects.toMatchObject({ code: 'not_durable' });
    await barrier.reached(await barrier.mark());
  });

  it('is not reached by way of another server', async () => {
    await using one = await start(...aof, 'always');
    await using other = await start(...aof, 'always');
    const { publishing } = barrierOn(one);
    const { waiting } = barrierOn(other);
    const barrier = new AofBarrier({ publishing, waiting, key: 'k', timeoutMs: TIMEOUT_MS });
    const since = await barrier.mark();
    await expect(barrier.reached(since)).rejects.toThrow('another server');
  });

  it.each([
    ['its appendonly is off', ['--save', '', '--appendonly', 'no']],
    ['its appendfsync is "no"', [...aof, 'no']],
    ['it is older than Redis 7.2', ['--save', '', '--rename-command', 'WAITAOF', '']],
  ])('says, once, that it cannot wait: %s', async (why, settings) => {
    await using server = await start(...settings);
    const { barrier } = barrierOn(server);
    await barrier.check();
    await barrier.reached(await barrier.mark());
    await barrier.reached(await barrier.mark());
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(why);
    expect(warnings[0]).not.toContain('\n');
  });

  it('asks again once a server that was away is back', async () => {
    await using server = await start(...aof, 'always');
    const { barrier, waiting } = barrierOn(server, 200);
    await barrier.mark();
    await server.kill();
    await eventually(() => expect(waiting.status).not.toBe('ready'));
    await expect(barrier.mark()).rejects.toMatchObject({ code: 'redis_unavailable' });
    await server.run();
    await eventually(() => expect(waiting.status).toBe('ready'));
    await eventually(async () => barrier.reached(await barrier.mark()));
  });
});
