import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isRedisUnavailable } from '@trilith/redis';
import {
  type RedisSentinelForTest,
  certificatesForTest,
  eventually,
  redisSentinelForTest,
} from '@trilith/testing';

import { RequestTimeoutError } from '../../src/index.js';
import { type PublishedStep, StoryTeller, stepsOf } from './story.js';

const keys = ['a', 'b', 'c', 'd'];

describe.each([
  { how: 'without TLS', certificates: async () => undefined },
  { how: 'all over TLS', certificates: certificatesForTest },
])('under load, when Sentinels make another server the master, $how', ({ certificates }) => {
  let trio: RedisSentinelForTest;
  let sender: StoryTeller;
  let receiver: StoryTeller;

  beforeEach(async () => {
    const tls = await certificates();
    trio = await redisSentinelForTest({ tls });
    const redis = {
      url: trio.url,
      commandTimeoutMs: 1_000,
      ...(tls && { tls: { ca: tls.ca, ...tls.client } }),
    };
    sender = await StoryTeller.start({ redis, service: 'users', requestTimeoutMs: 2_000 });
    receiver = await StoryTeller.start({ redis, service: 'content', subscribeTo: ['users'] });
  });

  afterEach(async () => {
    await Promise.all([sender.close(), receiver.close()]);
    await trio.close();
  });

  /** Publishes and asks without a pause until the work, and some more after it, is done. */
  async function whileMessagesFlow(work: () => Promise<void>) {
    const kept: PublishedStep[] = [];
    const refusals: unknown[] = [];
    const over = new AbortController();
    const telling = keys.map(async (key) => {
      for (let step = 0; !over.signal.aborted; step += 5) {
        const steps = stepsOf(key, 5, step);
        await sender.tellUntilKept(steps);
        kept.push(...steps);
        // Load, yet no more than a slow machine handles.
        await sleep(10);
      }
    });
    const asking = (async () => {
      for (let number = 0; !over.signal.aborted; number += 1) {
        await sender.double(number).then(
          (doubled) => expect(doubled).toBe(2 * number),
          (error: unknown) => refusals.push(error),
        );
        await sleep(5);
      }
    })();
    try {
      await work();
    } finally {
      over.abort();
      // That each of them ends is the proof that no call hangs.
      await Promise.all([...telling, asking]);
    }
    return { kept, refusals };
  }

  const flowed = async (count: number) =>
    eventually(() => expect(receiver.story.seen.length).toBeGreaterThan(count));

  /**
   * Replication is asynchronous: what the old master confirmed and did not pass on is gone with it.
   * An outbox has it for as long as it keeps what it sent, and inboxes make the repetition harmless.
   */
  async function comesBack(kept: readonly PublishedStep[]): Promise<void> {
    await sender.tellUntilKept(kept);
    await eventually(() => expect(receiver.story.steps.size).toBe(kept.length));
    const wanted = kept.map(({ id }) => id).toSorted();
    expect([...receiver.story.steps.keys()].toSorted()).toEqual(wanted);
  }

  it('should go on after the master was killed; what it alone had comes back with a repetition', async () => {
    const before = await trio.master();
    const { kept, refusals } = await whileMessagesFlow(async () => {
      await flowed(100);
      await before.kill();
      await eventually(async () => expect(await trio.master()).not.toBe(before));
      await eventually(async () => expect(await sender.double(21)).toBe(42));
      await flowed(receiver.story.seen.length + 100);
    });

    // Of requests, some ended with the master; none ended in another way.
    const others = refusals.filter(
      (error) => !isRedisUnavailable(error) && !(error instanceof RequestTimeoutError),
    );
    expect(others).toEqual([]);
    await comesBack(kept);
  });

  it('should go on when the roles are exchanged', async () => {
    const before = await trio.master();
    const { kept } = await whileMessagesFlow(async () => {
      await flowed(100);
      await trio.failOver();
      await eventually(async () => expect(await trio.master()).not.toBe(before));
      await eventually(async () => {
        expect(await before.withClient(async (redis) => redis.info('replication'))).toContain(
          'role:slave',
        );
      });
      await eventually(async () => expect(await sender.double(21)).toBe(42));
      await flowed(receiver.story.seen.length + 100);
    });
    await comesBack(kept);
  });
});
