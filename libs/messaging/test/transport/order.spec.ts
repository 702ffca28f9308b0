import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FaultyProxy, eventually, faultyProxy } from '@trilith/testing';

import { Child } from './child.js';
import type { MarkedStep } from './consumer-process.js';
import { Platform } from './platform.js';
import { randomFrom } from './random.js';

const keys = 25;
const stepsOfKey = 24;
const maxAttempts = 3;
const leaseMs = 1_500;
const poison = 99;

type Event = { topic: string; key: string; payload: MarkedStep };

describe('events of one key', () => {
  let platform: Platform;
  let proxy: FaultyProxy;
  let children: Child[];
  const startChild = async (url = platform.store.url) => {
    const { prefix } = platform.store;
    const redis = { url, commandTimeoutMs: 1_000 };
    const options = { redis, prefix, service: 'content', subscribeTo: ['users'] };
    const more = { leaseMs, maxAttempts, concurrency: 8, maxInHand: 60, shutdownTimeoutMs: 2_000 };
    const child = await Child.start({
      options: { ...options, ...more },
      behaviour: 'mark',
      marksUrl: platform.store.url,
    });
    children.push(child);
    return child;
  };
  const marks = async () => platform.redis.lrange(`marks:${platform.store.prefix}`, 0, -1);
  /** Each mark once, where it came first: an event may be handled again when its consumer died. */
  const stepsIn = (all: readonly string[], key: string) =>
    [...new Set(all)]
      .filter((mark) => mark.startsWith(`${key} `))
      .map((mark) => Number(mark.split(' ')[1]));

  beforeEach(async () => {
    platform = await Platform.create();
    proxy = await faultyProxy(platform.store.url);
    children = [];
  });

  afterEach(async () => {
    await Promise.all(children.map(async (child) => child.kill()));
    await proxy.close();
    await platform.close();
  });

  it.each([1, 2])(
    'should be handled in order while consumers come, go, freeze, lose the net and die, and handlers fail (seed %i)',
    async (seed) => {
      const random = randomFrom(seed);
      const events = eventsOf(random);
      const { publisher } = await platform.start({ service: 'users', partitions: 5 });
      const live = await Promise.all([startChild(), startChild()]);
      await startChild(proxy.url);
      const publishing = (async () => {
        for (let from = 0; from < events.length;) {
          const count = 1 + random(12);
          await publisher.publish(events.slice(from, from + count));
          from += count;
          await sleep(random(250));
        }
      })();
      const disturb = [
        async () => live.splice(0, 1)[0]?.kill(),
        async () => {
          live[0]?.signal('SIGSTOP');
          await sleep(leaseMs * 1.5);
          live[0]?.signal('SIGCONT');
        },
        async () => {
          const leaving = live.splice(0, 1)[0];
          leaving?.signal('SIGTERM');
          await leaving?.ended();
        },
        async () => {
          // What it sends meanwhile comes late, when others have its partitions.
          proxy.stall();
          await sleep(leaseMs * 1.5);
          proxy.heal();
        },
      ];
      for (let round = 0; round < 4; round += 1) {
        live.push(await startChild());
        await disturb[(round + random(2)) % disturb.length]?.();
      }
      await publishing;

      const dead = events.filter(({ payload }) => payload.failures === poison);
      await eventually(
        async () => {
          const letters = await platform.deadLetters('users', 'content');
          expect(new Set(await marks()).size + letters.length).toBe(events.length);
        },
        { timeoutMs: 200_000 },
      );
      const letters = await platform.deadLetters('users', 'content');
      const nameOf = ({ key, step }: MarkedStep) => `${key} ${step}`;
      expect(
        letters.map(({ payload = '' }) => nameOf(JSON.parse(payload) as MarkedStep)).toSorted(),
      ).toEqual(dead.map(({ payload }) => nameOf(payload)).toSorted());
      const all = await marks();
      for (let key = 0; key < keys; key += 1) {
        const due = events.filter((event) => event.key === `k${key}` && !dead.includes(event));
        expect([`k${key}`, stepsIn(all, `k${key}`)]).toEqual([
          `k${key}`,
          due.map(({ payload }) => payload.step),
        ]);
      }
      await eventually(async () => expect(await platform.pending('users', 'content')).toBe(0));
    },
    300_000,
  );
});

/** In random order, except that the steps of each key follow each other. One in a hundred is poison. */
function eventsOf(random: (below: number) => number): Event[] {
  const next = Array.from({ length: keys }, () => 0);
  return Array.from({ length: keys * stepsOfKey }, () => {
    let key = random(keys);
    while (next[key] === stepsOfKey) key = (key + 1) % keys;
    const step = next[key] ?? 0;
    next[key] = step + 1;
    const failures = random(100) === 0 ? poison : Math.max(0, random(8) - 6);
    return { topic: 'marked', key: `k${key}`, payload: { key: `k${key}`, step, failures } };
  });
}
