import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { partitionOf } from '../../src/index.js';
import { Platform } from './platform.js';
import type { ServiceForTest } from './service-for-test.js';
import { Story, StoryController, steps } from './story.controller.js';

const partitions = 4;
/** One key for each partition. */
const keys = Array.from({ length: partitions }, (_, partition) => {
  for (let n = 0; ; n += 1) if (partitionOf(`k${n}`, partitions) === partition) return `k${n}`;
});

describe('handing partitions over', () => {
  let platform: Platform;
  let owned: Map<string, number>;
  const startReader = async (name: string, options = {}) =>
    platform.start({
      service: 'content',
      subscribeTo: ['users'],
      controllers: [StoryController],
      providers: [Story],
      leaseMs: 3_000,
      observer: { owned: ({ partitions }: { partitions: number }) => owned.set(name, partitions) },
      ...options,
    });
  const startPublisher = async () =>
    (await platform.start({ service: 'users', partitions })).publisher;
  /** Until when each member's lease runs. */
  const leases = async () => {
    const stored = await platform.redis.hgetall(platform.keys.membership('users', 'content'));
    return Object.fromEntries(
      Object.entries(stored).filter(([field]) => field.startsWith('member:')),
    );
  };
  const attempts = (reader: ServiceForTest) =>
    reader.get(Story).contexts.map(({ key, attempt }) => `${key} ${attempt}`);

  beforeEach(async () => {
    platform = await Platform.create();
    owned = new Map();
  });

  afterEach(async () => {
    await platform.close();
  });

  it('should move idle partitions to whoever joins, and back when it leaves', async () => {
    const publisher = await startPublisher();
    const first = await startReader('first');
    await eventually(() => expect(owned).toEqual(new Map([['first', 4]])));
    const second = await startReader('second');
    await eventually(() => expect([...owned.values()]).toEqual([2, 2]));
    await publisher.publish(keys.flatMap((key) => steps(key, 2)));
    await eventually(() => {
      const [one, two] = [first, second].map((reader) => reader.get(Story).seen.length);
      expect([one, two]).toEqual([4, 4]);
    });
    await second.close();
    await eventually(() => expect(owned.get('first')).toBe(4));
  });

  it('should finish first what is begun, and give back uncounted what is not', async () => {
    const publisher = await startPublisher();
    const first = await startReader('first');
    const story = first.get(Story);
    const gate = Promise.withResolvers<void>();
    story.behave = async () => gate.promise;
    await publisher.publish(keys.flatMap((key) => steps(key, 3)));
    await eventually(() => expect(story.running).toBe(4));
    const second = await startReader('second');
    // Once it has renewed its lease, the first knows of the second: two partitions are closed.
    for (let renewal = 0; renewal < 2; renewal += 1) {
      const before = await leases();
      await eventually(async () => {
        const now = await leases();
        for (const [member, until] of Object.entries(before)) expect(now[member]).not.toBe(until);
      });
    }
    expect([...owned.values()]).toEqual([4]);
    expect(second.get(Story).seen).toEqual([]);
    gate.resolve();
    await eventually(() => expect([...owned.values()]).toEqual([2, 2]));
    await eventually(() => {
      const all = [...attempts(first), ...attempts(second)];
      expect(all.toSorted()).toEqual(
        keys.flatMap((key) => Array.from({ length: 3 }, () => `${key} 1`)).toSorted(),
      );
    });
    expect(second.get(Story).seen.length).toBeGreaterThan(0);
    for (const key of keys) {
      const seen = [...story.seen, ...second.get(Story).seen].filter((one) => one.startsWith(key));
      expect(seen).toEqual([`${key}1`, `${key}2`, `${key}3`]);
    }
  });

  it('should not wait for what waits for a retry, and go on counting its attempts', async () => {
    const publisher = await startPublisher();
    const never = { retryDelayMs: 600_000, maxRetryDelayMs: 600_000, maxAttempts: 3 };
    const first = await startReader('first', never);
    first.get(Story).behave = () => {
      throw new Error('not here');
    };
    await publisher.publish(keys.flatMap((key) => steps(key, 1)));
    await eventually(async () => expect(await platform.pending('users', 'content')).toBe(4));
    const second = await startReader('second', never);
    await eventually(() =>
      expect(attempts(second).map((one) => one.split(' ')[1])).toEqual(['2', '2']),
    );
  });

  it('should leave a member without partitions ready to take over', async () => {
    const publisher = await startPublisher();
    const readers: ServiceForTest[] = [];
    for (let n = 0; n < 5; n += 1) readers.push(await startReader(`r${n}`));
    await eventually(() => {
      const counts = readers.map((_, n) => owned.get(`r${n}`) ?? 0);
      expect(counts.toSorted((a, b) => a - b)).toEqual([0, 1, 1, 1, 1]);
    });
    const busy = readers.findIndex((_, n) => owned.get(`r${n}`) === 1);
    await readers[busy]?.close();
    await publisher.publish(keys.flatMap((key) => steps(key, 1)));
    await eventually(() => {
      expect(readers.flatMap((reader) => reader.get(Story).seen).length).toBe(4);
    });
  });
});
