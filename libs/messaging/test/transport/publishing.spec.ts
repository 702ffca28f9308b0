import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { kindOfFailure, partitionOf } from '../../src/index.js';
import { Platform } from './platform.js';
import { Story, StoryController, steps } from './story.controller.js';

describe('publishing', () => {
  let platform: Platform;
  const startReader = async (options = {}) =>
    platform.start({
      service: 'content',
      subscribeTo: ['users'],
      controllers: [StoryController],
      providers: [Story],
      ...options,
    });
  const startPublisher = async (options = {}) =>
    (await platform.start({ service: 'users', ...options })).publisher;
  const delayed = async () => platform.redis.zcard(platform.keys.delayed('users'));

  beforeEach(async () => {
    platform = await Platform.create();
  });

  afterEach(async () => {
    await platform.close();
  });

  describe('on partitions', () => {
    it('should put events of one key on one partition, in their order', async () => {
      const publisher = await startPublisher({ partitions: 4 });
      const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
      await publisher.publish(keys.flatMap((key) => steps(key, 3)));
      for (const key of keys) {
        const stream = platform.keys.partition('users', partitionOf(key, 4));
        const own = (await platform.entries(stream)).filter((entry) => entry['key'] === key);
        expect(own.map(({ payload }) => payload)).toEqual(
          steps(key, 3).map(({ payload }) => JSON.stringify(payload)),
        );
      }
      expect(await platform.length('users')).toBe(21);
    });

    it('should put events of one key in the order of the calls, however many share a turn', async () => {
      const publisher = await startPublisher({ partitions: 2 });
      const payloads = Array.from({ length: 150 }, (_, step) => step);
      await Promise.all(
        payloads.map(async (payload) => publisher.publish([{ topic: 'n', key: 'a', payload }])),
      );
      const stream = platform.keys.partition('users', partitionOf('a', 2));
      const found = (await platform.entries(stream)).map(({ payload }) => Number(payload));
      expect(found).toEqual(payloads);
    });

    it('should stop the boot, in one line, when Redis has another number of them', async () => {
      await startPublisher({ partitions: 4 });
      await expect(startPublisher({ partitions: 8 })).rejects.toThrow(
        /^messaging\.partitions: got 8; takes 4, the number that the events of users are laid out in$/,
      );
    });

    it('should refuse to publish when the number was changed meanwhile', async () => {
      const publisher = await startPublisher({ partitions: 4 });
      await platform.redis.hset(platform.keys.layout('users'), 'partitions', 5);
      const published = publisher.publish(steps('a', 1));
      await expect(published).rejects.toThrow('messaging.partitions: got 4; takes 5');
      expect(await platform.length('users')).toBe(0);
    });

    it('should lay them out again when Redis has lost all', async () => {
      const publisher = await startPublisher({ partitions: 4 });
      const { keys, redis } = platform;
      await redis.del(keys.layout('users'), keys.publishers());
      await publisher.publish(steps('a', 1));
      expect(await redis.hget(keys.layout('users'), 'partitions')).toBe('4');
      expect(await redis.smembers(keys.publishers())).toEqual(['users']);
    });
  });

  describe('with a fencing token', () => {
    it('should be refused to whoever has a lower one than the highest seen', async () => {
      const publisher = await startPublisher();
      const publish = async (step: number, fencingToken?: bigint) =>
        publisher.publish([{ topic: 'steps', key: 'a', payload: step }], { fencingToken });
      await publish(1, 9n);
      await publish(2, 10n);
      await publish(3, 10n);
      await expect(publish(4, 9n)).rejects.toMatchObject({
        code: 'fenced',
        facts: { highest: '10' },
      });
      // More than a number counts exactly.
      await publish(5, 2n ** 62n + 1n);
      await expect(publish(6, 2n ** 62n)).rejects.toMatchObject({ code: 'fenced' });
      await publish(7);
      const stream = platform.keys.partition('users', partitionOf('a', 16));
      const payloads = (await platform.entries(stream)).map(({ payload }) => payload);
      expect(payloads).toEqual(['1', '2', '3', '5', '7']);
    });
  });

  describe('faster than a service handles', () => {
    it('should be refused at the bound, all or none, and go on when the service has caught up', async () => {
      const refused: unknown[] = [];
      const publisher = await startPublisher({
        partitions: 2,
        maxEntries: 20,
        observer: { refused: (facts: unknown) => refused.push(facts) },
      });
      const gate = Promise.withResolvers<void>();
      const reader = await startReader({ maxInHand: 4 });
      reader.get(Story).behave = async () => gate.promise;
      const [full, free] = partitionOf('a', 2) === partitionOf('b', 2) ? ['a', 'c'] : ['a', 'b'];
      await publisher.publish(steps(full, 10));
      await eventually(() => expect(reader.get(Story).running).toBe(1));

      const both = publisher.publish([...steps(free, 1), ...steps(full, 1)]);
      const error: unknown = await both.catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'stream_full',
        facts: { key: platform.keys.partition('users', partitionOf(full, 2)), group: 'content' },
      });
      expect(kindOfFailure(error)).toBe('outage');
      expect(refused).toEqual([{ publisher: 'users', count: 2 }]);
      expect(await platform.length('users')).toBe(10);
      await publisher.publish(steps(free, 1));

      gate.resolve();
      await eventually(async () => publisher.publish(steps(full, 10)));
      await eventually(() => expect(reader.get(Story).seen.length).toBe(21));
    });

    it('should be refused alone of what is published in the same turn', async () => {
      const publisher = await startPublisher({ partitions: 1, maxEntries: 10 });
      const gate = Promise.withResolvers<void>();
      const reader = await startReader({ maxInHand: 4 });
      reader.get(Story).behave = async () => gate.promise;
      await publisher.publish(steps('a', 4));
      await eventually(() => expect(reader.get(Story).running).toBe(1));

      const calls = [steps('b', 3), steps('c', 4), steps('d', 3)];
      const ends = await Promise.allSettled(calls.map(async (call) => publisher.publish(call)));
      expect(ends).toEqual([
        { status: 'fulfilled', value: undefined },
        { status: 'rejected', reason: expect.objectContaining({ code: 'stream_full' }) },
        { status: 'fulfilled', value: undefined },
      ]);
      const stream = platform.keys.partition('users', 0);
      const there = (await platform.entries(stream)).map(({ key }) => key);
      expect(there.join('')).toBe('aaaabbbddd');
      gate.resolve();
    });

    it('should not be refused for what is acknowledged and kept, nor where nobody subscribes', async () => {
      const publisher = await startPublisher({ partitions: 1, maxEntries: 10 });
      await publisher.publish(steps('a', 10));
      await publisher.publish(steps('a', 10));
      const { seen } = (await startReader()).get(Story);
      await eventually(() => expect(seen.length).toBe(20));
      await eventually(async () => expect(await platform.pending('users', 'content')).toBe(0));
      await publisher.publish(steps('a', 10));
      expect(await platform.length('users')).toBe(30);
    });
  });

  describe('for later', () => {
    const inMs = (ms: number) => new Date(Date.now() + ms);
    const late = (key: string, count: number, deliverAt: Date) =>
      steps(key, count).map((event) => ({ ...event, deliverAt }));

    it('should reach the handler when it is due, not before', async () => {
      const publisher = await startPublisher();
      const handledAt: number[] = [];
      const reader = await startReader();
      reader.get(Story).behave = () => handledAt.push(Date.now());
      const dueAt = inMs(2_500);
      await publisher.publish(late('a', 2, dueAt));
      expect(await delayed()).toBe(2);
      expect(await platform.length('users')).toBe(0);
      await eventually(() => expect(reader.get(Story).seen).toEqual(['a1', 'a2']));
      // Both clocks are this machine's.
      expect(Math.min(...handledAt)).toBeGreaterThanOrEqual(dueAt.getTime());
      expect(await delayed()).toBe(0);
    });

    it('should be published at once when its time is past', async () => {
      const publisher = await startPublisher();
      await publisher.publish([...late('a', 1, inMs(-60_000)), ...steps('b', 1)]);
      expect(await delayed()).toBe(0);
      expect(await platform.length('users')).toBe(2);
    });

    it('should be in the order of their times', async () => {
      const publisher = await startPublisher();
      const { seen } = (await startReader()).get(Story);
      const [one, two, three] = steps('a', 3).map((event, index) => ({
        ...event,
        deliverAt: inMs(3_000 - index * 200),
      }));
      await publisher.publish([one, two, three].flatMap((event) => event ?? []));
      await eventually(() => expect(seen).toEqual(['a3', 'a2', 'a1']));
    });

    it('should come although all who were there are gone, with all that it carries', async () => {
      const users = await platform.start({ service: 'users' });
      const reader = await startReader();
      const event = {
        id: '0190c7a1-6f4e-7a10-8d53-2f1c9a6b3e77',
        topic: 'steps',
        key: 'ключ \ud800 🐄',
        payload: { key: 'k', step: 1, text: '\u0000 "\\ ÿ' },
        headers: { tenant: 'two' },
        deliverAt: inMs(3_000),
      };
      await users.publisher.publish([event]);
      await users.close();
      await reader.close();
      await sleep(Math.max(0, event.deliverAt.getTime() + 200 - Date.now()));
      expect(await platform.length('users')).toBe(0);
      const { contexts } = (await startReader()).get(Story);
      await eventually(() => expect(contexts.length).toBe(1));
      const { id, headers } = event;
      expect(contexts[0]).toMatchObject({ id, headers, key: 'ключ \ufffd 🐄' });
    });

    it('should be one event when it is published again as it was', async () => {
      const publisher = await startPublisher();
      const id = '0190c7a1-6f4e-7a10-8d53-2f1c9a6b3e77';
      const [event] = late('a', 1, inMs(60_000)).map((one) => ({ ...one, id }));
      if (event) await publisher.publish([event]);
      if (event) await publisher.publish([{ ...event, deliverAt: inMs(120_000) }]);
      expect(await delayed()).toBe(1);
    });

    it('should be bounded like what waits for a service', async () => {
      const publisher = await startPublisher({ maxEntries: 5 });
      await publisher.publish(late('a', 5, inMs(60_000)));
      const published = publisher.publish([...late('b', 1, inMs(60_000)), ...steps('b', 1)]);
      await expect(published).rejects.toMatchObject({
        code: 'stream_full',
        facts: { key: platform.keys.delayed('users'), entries: 5 },
      });
      expect(await platform.length('users')).toBe(0);
    });

    it('should be refused when it is no time', async () => {
      const publisher = await startPublisher();
      const published = publisher.publish(late('a', 1, new Date('soon')));
      await expect(published).rejects.toMatchObject({ code: 'invalid_payload' });
    });
  });
});
