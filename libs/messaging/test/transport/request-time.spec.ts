import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { firstValueFrom, tap, toArray } from 'rxjs';

import { RedisStreamsRecord, RequestTimeoutError } from '../../src/index.js';
import { AccountsController, Calls } from './accounts.controller.js';
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

  describe('and their time', () => {
    it('should fail when no reply comes, and tell the handler that nobody waits', async () => {
      const server = await startUsers();
      const users = await startCaller({ requestTimeoutMs: 1_000 });
      const asked = firstValueFrom(users.send('slow', {}));
      await expect(asked).rejects.toBeInstanceOf(RequestTimeoutError);
      await expect(asked).rejects.toMatchObject({ service: 'users', topic: 'slow' });
      await eventually(() => expect(server.get(Calls).log).toEqual(['slow was told']));
    });

    it('should be set for one request by its record', async () => {
      await startUsers();
      const users = await startCaller();
      const record = new RedisStreamsRecord({}, { timeoutMs: 100 });
      const asked = firstValueFrom(users.send('slow', record));
      await expect(asked).rejects.toMatchObject({ code: 'request_timeout', timeoutMs: 100 });
    });

    it('should let a service drop what nobody waits for any more', async () => {
      const users = await startCaller({ requestTimeoutMs: 50 });
      await expect(firstValueFrom(users.send('echo', 'too late'))).rejects.toBeInstanceOf(
        RequestTimeoutError,
      );
      const expired: string[] = [];
      const server = await startUsers({
        observer: { expired: ({ topic }: { topic: string }) => expired.push(topic) },
      });
      await eventually(() => expect(expired).toEqual(['echo']));
      expect(server.get(Calls).log).toEqual([]);
    });

    it('should not be waited for when too many others wait already', async () => {
      const users = await startCaller({ maxWaitingRequests: 2, requestTimeoutMs: 60_000 });
      const waiting = [1, 2].map(async (n) => firstValueFrom(users.send('echo', n)));
      await eventually(async () => {
        expect(await platform.redis.xlen(platform.keys.requests('users'))).toBe(2);
      });
      await expect(firstValueFrom(users.send('echo', 3))).rejects.toMatchObject({
        code: 'service_overloaded',
      });
      await startUsers();
      expect(await Promise.all(waiting)).toEqual([1, 2]);
      expect(await firstValueFrom(users.send('echo', 4))).toBe(4);
    });

    it('should not count as waiting once a replica has it in hand', async () => {
      await startUsers({ shutdownTimeoutMs: 1 });
      const users = await startCaller({ maxWaitingRequests: 2, requestTimeoutMs: 60_000 });
      const stream = platform.keys.requests('users');
      for (const number of [1, 2, 3, 4]) {
        firstValueFrom(users.send('slow', {})).catch(() => undefined);
        await eventually(async () => {
          const [pending] = (await platform.redis.xpending(stream, 'users')) as [number];
          expect(pending).toBe(number);
        });
      }
      expect(await firstValueFrom(users.send('echo', 'room'))).toBe('room');
    });

    it('should make room for others when it is over', async () => {
      const users = await startCaller({ maxWaitingRequests: 2 });
      const ask = async (timeoutMs: number) =>
        firstValueFrom(users.send('echo', new RedisStreamsRecord('x', { timeoutMs })));
      await Promise.allSettled([ask(20), ask(20)]);
      const asked = ask(60_000);
      await startUsers();
      expect(await asked).toBe('x');
    });

    it('should not be used up by handlers that never end', async () => {
      await startUsers({ concurrency: 2 });
      const users = await startCaller();
      const stuck = [1, 2, 3].map(async () =>
        firstValueFrom(users.send('slow', new RedisStreamsRecord({}, { timeoutMs: 100 }))),
      );
      await Promise.allSettled(stuck);
      expect(await firstValueFrom(users.send('echo', 'still here'))).toBe('still here');
    });
  });

  describe('answered by an Observable', () => {
    it('should give each value, then complete', async () => {
      await startUsers();
      const users = await startCaller();
      expect(await firstValueFrom(users.send('count', {}).pipe(toArray()))).toEqual([1, 2, 3]);
    });

    it('should give the values before the error, then the error', async () => {
      await startUsers();
      const users = await startCaller();
      const values: unknown[] = [];
      const failure = await new Promise((resolve) => {
        users.send('count-and-fail', {}).subscribe({
          next: (value) => values.push(value),
          error: resolve,
        });
      });
      expect(values).toEqual([1]);
      expect(failure).toMatchObject({ code: 'out_of_numbers', message: 'no 2' });
    });

    it('should give values as they come', async () => {
      const { stream } = (await startUsers()).get(Calls);
      const users = await startCaller();
      const values: unknown[] = [];
      const collect = tap((value: number) => values.push(value));
      const all = firstValueFrom(users.send<number>('feed', {}).pipe(collect, toArray()));
      await eventually(() => expect(stream.observed).toBe(true));
      stream.next(1);
      await eventually(() => expect(values).toEqual([1]));
      stream.next(2);
      await eventually(() => expect(values).toEqual([1, 2]));
      stream.complete();
      expect(await all).toEqual([1, 2]);
    });

    it('should be let go of when the caller is gone', async () => {
      const { stream } = (await startUsers()).get(Calls);
      const caller = await platform.start({ service: 'content', asks: ['users'] });
      const feed = firstValueFrom(caller.client('users').send('feed', {}));
      await eventually(() => expect(stream.observed).toBe(true));

      await Promise.all([
        caller.close(),
        expect(feed).rejects.toMatchObject({ code: 'messaging_closed' }),
      ]);
      await eventually(() => {
        stream.next(0);
        expect(stream.observed).toBe(false);
      });
      expect(await firstValueFrom((await startCaller()).send('echo', 'next'))).toBe('next');
    });
  });
});
