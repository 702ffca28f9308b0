import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type RedisClusterForTest,
  certificatesForTest,
  eventually,
  redisClusterForTest,
} from '@trilith/testing';

import { StreamKeys } from '../../src/index.js';
import { type PublishedStep, StoryTeller, stepsOf } from './story.js';

const prefix = 'cluster-faults';
const keys = new StreamKeys(prefix);

describe.each([
  { how: 'without TLS', certificates: async () => undefined },
  { how: 'with TLS', certificates: certificatesForTest },
])('on a cluster $how, while messages flow', ({ certificates }) => {
  let cluster: RedisClusterForTest;
  let sender: StoryTeller;
  let receiver: StoryTeller;

  beforeEach(async () => {
    const tls = await certificates();
    cluster = await redisClusterForTest({ tls });
    const redis = {
      url: cluster.url,
      commandTimeoutMs: 1_000,
      ...(tls && { tls: { ca: tls.ca, ...tls.client } }),
    };
    sender = await StoryTeller.start({ redis, prefix, service: 'users', requestTimeoutMs: 2_000 });
    receiver = await StoryTeller.start({
      redis,
      prefix,
      service: 'content',
      subscribeTo: ['users', 'content'],
    });
  });

  afterEach(async () => {
    await Promise.all([sender.close(), receiver.close()]);
    await cluster.close();
  });

  /** Publishes on the sender's and on the receiver's stream until the work is done. */
  async function whileEventsFlow(work: () => Promise<unknown>): Promise<PublishedStep[]> {
    const kept: PublishedStep[] = [];
    const over = new AbortController();
    const telling = [sender, receiver].map(async (teller, index) => {
      for (let step = 0; !over.signal.aborted; step += 5) {
        const steps = stepsOf(`key-${index}`, 5, step);
        await teller.tellUntilKept(steps);
        kept.push(...steps);
        // Load, yet no more than a slow machine handles.
        await sleep(10);
      }
    });
    try {
      await work();
    } finally {
      over.abort();
      await Promise.all(telling);
    }
    return kept;
  }

  const flowed = async (key: string, count: number) =>
    eventually(() => expect(receiver.story.of(key).length).toBeGreaterThan(count));
  const goOn = async () => {
    await eventually(async () => expect(await sender.double(21)).toBe(42));
    for (const key of ['key-0', 'key-1']) await flowed(key, receiver.story.of(key).length + 20);
  };

  it.each([
    ['the requests', keys.requests('content')],
    ["a publisher's events", keys.events('users')],
  ])('should lose nothing while the slot of %s moves', async (_what, stream) => {
    const kept = await whileEventsFlow(async () => {
      await flowed('key-0', 50);
      await cluster.moveSlotOf(stream);
      await goOn();
    });
    await eventually(() => expect(receiver.story.steps.size).toBe(kept.length));
    for (const key of ['key-0', 'key-1']) {
      const inOrder = kept.filter((one) => one.key === key).map(({ step }) => step);
      expect(receiver.story.of(key)).toEqual(inOrder);
    }
  });

  it.each([
    ['the requests', keys.requests('content')],
    ["a publisher's events", keys.events('users')],
  ])('should go on at the replica when the node of %s is killed', async (_what, stream) => {
    const kept = await whileEventsFlow(async () => {
      await flowed('key-0', 50);
      const dead = await cluster.masterOf(stream);
      await dead.kill();
      await eventually(async () => expect(await cluster.masterOf(stream)).not.toBe(dead));
      await goOn();
    });
    // What the dead node confirmed and did not pass on comes back from where it was published.
    await Promise.all([
      sender.tellUntilKept(kept.filter(({ key }) => key === 'key-0')),
      receiver.tellUntilKept(kept.filter(({ key }) => key === 'key-1')),
    ]);
    await eventually(() => expect(receiver.story.steps.size).toBe(kept.length));
  });
});
