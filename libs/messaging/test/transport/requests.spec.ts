import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { firstValueFrom, toArray } from 'rxjs';

import {
  InvalidPayloadError,
  type RedisStreamsContext,
  RedisStreamsRecord,
  RemoteError,
} from '../../src/index.js';
import { AccountsController, Calls, accountId, getAccount } from './accounts.controller.js';
import { Platform } from './platform.js';

describe('requests', () => {
  let platform: Platform;
  const startUsers = async (options = {}) =>
    platform.start({
      service: 'users',
      controllers: [AccountsController],
      providers: [Calls],
      ...options,
    });
  const startCaller = async (options = {}) =>
    (await platform.start({ service: 'content', asks: ['users'], ...options })).client('users');

  beforeEach(async () => {
    platform = await Platform.create();
  });

  afterEach(async () => {
    await platform.close();
  });

  it('should be answered with what the handler returns', async () => {
    await startUsers();
    const users = await startCaller();
    const payload = { text: 'hällo 👋', list: [1, null, { deep: true }] };
    expect(await firstValueFrom(users.send('echo', payload))).toEqual(payload);
    expect(await firstValueFrom(users.send('echo', 0))).toBe(0);
  });

  it('should end without a value where the handler returns none', async () => {
    await startUsers();
    const users = await startCaller();
    expect(await firstValueFrom(users.send('nothing', {}).pipe(toArray()))).toEqual([]);
  });

  it('should each be answered by one of several replicas', async () => {
    const replicas = await Promise.all([startUsers(), startUsers(), startUsers()]);
    const callers = await Promise.all([startCaller(), startCaller()]);
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    const replies = await Promise.all(
      callers.flatMap((users, caller) =>
        numbers.map(async (n) => firstValueFrom(users.send<string>('echo', `${caller}:${n}`))),
      ),
    );
    expect(new Set(replies).size).toBe(600);
    const handled = replicas.flatMap((replica) => replica.get(Calls).log);
    expect(handled.length).toBe(600);
    expect(new Set(handled).size).toBe(600);
  });

  it('should be answered to several callers by a server that has forgotten its scripts', async () => {
    await startUsers();
    const callers = await Promise.all([startCaller(), startCaller()]);
    await Promise.all(callers.map(async (users) => users.connect()));
    const numbers = Array.from({ length: 100 }, (_, number) => number);
    for (let round = 0; round < 3; round += 1) {
      await platform.redis.script('FLUSH');
      const replies = callers.map(async (users) =>
        Promise.all(numbers.map(async (number) => firstValueFrom(users.send('echo', number)))),
      );
      expect(await Promise.all(replies)).toEqual([numbers, numbers]);
    }
  });

  it('should wait for a service that starts within their time', async () => {
    const users = await startCaller();
    const reply = firstValueFrom(users.send('echo', 'early'));
    await startUsers();
    expect(await reply).toBe('early');
  });

  it('should leave nothing behind in the stream', async () => {
    await startUsers();
    const users = await startCaller();
    await Promise.all(
      ['a', 'b', 'c'].map(async (text) => firstValueFrom(users.send('echo', text))),
    );
    await eventually(async () => {
      expect(await platform.redis.xlen(platform.keys.requests('users'))).toBe(0);
      const [pending] = (await platform.redis.xpending(
        platform.keys.requests('users'),
        'users',
      )) as [number];
      expect(pending).toBe(0);
    });
  });

  it('should be begun once, although connections break before their end is told', async () => {
    const breaks: Promise<void>[] = [];
    const observer = { handled: () => breaks.push(platform.breakConnections('users')) };
    const { log } = (await startUsers({ observer })).get(Calls);
    const users = await startCaller({ requestTimeoutMs: 3_000 });
    for (const number of [1, 2, 3, 4, 5]) {
      await Promise.allSettled([firstValueFrom(users.send('echo', number))]);
      await Promise.all(breaks);
    }
    await eventually(async () => {
      expect(await platform.redis.xlen(platform.keys.requests('users'))).toBe(0);
    });
    expect(log.length).toBeGreaterThan(0);
    expect(log.length).toBe(new Set(log).size);
  });

  it('should not be held up by entries that are none', async () => {
    await startUsers();
    const users = await startCaller();
    const stream = platform.keys.requests('users');
    await platform.redis.xadd(stream, '*', 'some', 'thing');
    await platform.redis.xadd(stream, '*', 'timeout', '5000', 'request', '{"id":"no one"}');
    await platform.redis.xadd(stream, '*', 'timeout', '5000', 'request', '{');
    expect(await firstValueFrom(users.send('echo', 'after'))).toBe('after');
    await eventually(async () => expect(await platform.redis.xlen(stream)).toBe(0));
  });

  it('should not be disturbed by messages that are no replies', async () => {
    await startUsers();
    const users = await startCaller();
    await users.connect();
    const [channel = ''] = (await platform.redis.pubsub(
      'CHANNELS',
      `${platform.keys.replies('content')}*`,
    )) as string[];
    for (const text of ['nonsense', '{}', '[null, 7, {"id":1}]', '[{"id":"x:0:1","last":true}]']) {
      expect(await platform.redis.publish(channel, text)).toBe(1);
    }
    expect(await firstValueFrom(users.send('echo', 'still'))).toBe('still');
  });

  describe('by contract', () => {
    it('should be typed and checked on both sides', async () => {
      await startUsers();
      const users = await startCaller();
      const account = await users.ask(getAccount, { accountId });
      expect(account).toEqual({ username: 'user of 0190', seen: new Date('2026-01-01') });
    });

    it('should not even be sent when they do not fit', async () => {
      const users = await startCaller();
      const asked = users.ask(getAccount, { accountId: 'no uuid' });
      await expect(asked).rejects.toBeInstanceOf(InvalidPayloadError);
    });

    it('should be refused by the service when the caller did not check', async () => {
      await startUsers();
      const users = await startCaller();
      const asked = firstValueFrom(users.send(getAccount.name, { accountId: 'no uuid' }));
      await expect(asked).rejects.toMatchObject({
        code: 'invalid_payload',
        facts: { problems: [{ path: 'accountId' }] },
      });
    });

    it('should fail when the reply does not fit', async () => {
      await startUsers();
      const users = await startCaller();
      const asked = users.ask({ ...getAccount, name: 'wrong-reply' }, { accountId });
      await expect(asked).rejects.toThrow('reply to wrong-reply: username');
    });
  });

  describe('that fail', () => {
    it('should keep code, message and facts', async () => {
      await startUsers();
      const users = await startCaller();
      const failure = await firstValueFrom(users.send('refuse', {})).catch((error) => error);
      expect(failure).toBeInstanceOf(RemoteError);
      expect(failure).toMatchObject({
        message: 'is locked',
        code: 'account_locked',
        facts: { until: 5 },
      });
    });

    it('should tell the caller nothing of an error that was not made for callers', async () => {
      await startUsers();
      const users = await startCaller();
      const failure: unknown = await firstValueFrom(users.send('crash', {})).catch(
        (error) => error,
      );
      if (!(failure instanceof RemoteError)) throw new TypeError('not refused by the service');
      expect(JSON.stringify([failure, failure.message])).not.toContain('hunter2');
    });

    it('should say so when the service has no handler for them', async () => {
      await startUsers();
      const users = await startCaller();
      const asked = firstValueFrom(users.send('accounts.fly', {}));
      await expect(asked).rejects.toMatchObject({ code: 'no_handler' });
    });
  });

  it('should carry headers from the context of the caller into that of the handler', async () => {
    const ran: unknown[] = [];
    const server = await startUsers({
      context: {
        headers: () => ({}),
        run: async (headers: unknown, work: () => Promise<unknown>) => {
          ran.push(headers);
          return work();
        },
      },
    });
    const users = await startCaller({
      context: {
        headers: () => ({ 'x-correlation-id': 'c-1', tenant: 'one' }),
        run: async (_: unknown, work: () => Promise<unknown>) => work(),
      },
    });
    users.setOnDispatchHook((packet) => (packet.metadata = { traceparent: '00-ab-cd-01' }));
    const record = new RedisStreamsRecord('payload', { headers: { tenant: 'two' } });
    await firstValueFrom(users.send('echo', record));

    const headers = { 'x-correlation-id': 'c-1', traceparent: '00-ab-cd-01', tenant: 'two' };
    expect(ran).toEqual([headers]);
    expect(server.get(Calls).contexts[0]).toMatchObject({ headers, topic: 'echo', attempt: 1 });
  });

  it('should run between the hooks that instrumentation sets', async () => {
    const server = await startUsers();
    const order: string[] = [];
    server.server.setOnProcessingStartHook((_transport, context, done): void => {
      order.push(`start ${(context as RedisStreamsContext).topic}`);
      void done();
    });
    server.server.setOnProcessingEndHook(() => order.push('end'));
    const users = await startCaller();
    await firstValueFrom(users.send('echo', 'x'));
    await eventually(() => expect(order).toEqual(['start echo', 'end']));
  });
});
