import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { firstValueFrom } from 'rxjs';

import { RequestTimeoutError } from '../../src/index.js';
import { Child } from './child.js';
import type { ConsumerProcessInput } from './consumer-process.js';
import { Story, StoryController } from './numbered-steps.controller.js';
import { Platform } from './platform.js';

const leaseMs = 400;

describe('recovery', () => {
  let platform: Platform;
  let children: Child[];
  const startReader = async (options = {}) =>
    platform.start({
      service: 'content',
      subscribeTo: ['users'],
      controllers: [StoryController],
      providers: [Story],
      leaseMs,
      ...options,
    });
  const startChild = async (behaviour: ConsumerProcessInput['behaviour'], more = {}) => {
    const { url, prefix } = platform.store;
    const options = { redis: { url }, prefix, service: 'content', subscribeTo: ['users'], leaseMs };
    const child = await Child.start({ options: { ...options, ...more }, behaviour });
    children.push(child);
    return child;
  };
  const publish = async (...numbers: number[]) => {
    const { publisher } = await platform.start({ service: 'users' });
    await publisher.publish(
      numbers.map((payload) => ({ topic: 'steps', key: `k${payload}`, payload })),
    );
  };
  const pending = async () => platform.pending('users', 'content');
  const consumers = async () => {
    const names = (await platform.streams('users')).map(async (stream) => {
      const consumers = await platform.redis.xinfo('CONSUMERS', stream, 'content');
      return (consumers as string[][]).map(([, name]) => name);
    });
    return new Set((await Promise.all(names)).flat()).size;
  };

  beforeEach(async () => {
    platform = await Platform.create();
    children = [];
  });

  afterEach(async () => {
    await Promise.all(children.map(async (child) => child.kill()));
    await platform.close();
  });

  it('should hand what a killed consumer had in hand to a live one, and count its attempt', async () => {
    const child = await startChild('hang');
    await publish(1, 2, 3);
    await child.says('begun 3 attempt 1');
    await child.kill();

    const { seen } = (await startReader()).get(Story);
    await eventually(() => {
      expect(seen.toSorted()).toEqual(['1 attempt 2', '2 attempt 2', '3 attempt 2']);
    });
    await eventually(async () => expect(await pending()).toBe(0));
  });

  it('should bury an event that kills every consumer that takes it', async () => {
    await publish(666);
    const letters = async () =>
      platform.redis.xrange(platform.keys.deadLetters('users', 'content'), '-', '+');
    for (const attempt of [1, 2]) {
      const child = await startChild('die', { maxAttempts: 2 });
      await child.says(`begun 666 attempt ${attempt}`);
      await child.ended();
    }
    const { seen } = (await startReader({ maxAttempts: 2 })).get(Story);
    await eventually(async () => {
      expect((await letters())[0]?.[1]).toContain('consumers_lost');
    });
    expect(seen).toEqual([]);
    expect(await pending()).toBe(0);
  });

  it('should bury nothing that only lay in the hand of a consumer that was killed', async () => {
    const child = await startChild('hang', { concurrency: 1, maxAttempts: 1 });
    await publish(1, 2, 3);
    await child.says('attempt 1');
    await eventually(async () => expect(await pending()).toBe(3));
    await child.kill();
    const { seen } = (await startReader({ maxAttempts: 1 })).get(Story);
    await eventually(() => expect(seen.length).toBe(3));
    expect(await platform.deadLetters('users', 'content')).toEqual([]);
  });

  it('should leave an event to a slow consumer for as long as that lives', async () => {
    // Long enough for a busy machine: both replicas live in this process.
    const options = { leaseMs: 1_500 };
    const slow = (await startReader(options)).get(Story);
    const gate = Promise.withResolvers<void>();
    slow.behave = async () => gate.promise;
    await publish(1);
    await eventually(async () => expect(await pending()).toBe(1));

    const idle = (await startReader(options)).get(Story);
    // Without renewal the idle replica would have it by now.
    await sleep(options.leaseMs * 3);
    expect(idle.seen).toEqual([]);
    gate.resolve();
    await eventually(() => expect(slow.seen).toEqual(['1 attempt 1']));
    await eventually(async () => expect(await pending()).toBe(0));
  });

  it('should take from a consumer that is stopped past its lease, which then keeps its hands off', async () => {
    const child = await startChild('hang', { maxAttempts: 1, handlerTimeoutMs: leaseMs * 2 });
    await publish(1);
    await child.says('begun 1');
    child.signal('SIGSTOP');
    const { seen } = (await startReader()).get(Story);
    await eventually(() => expect(seen).toEqual(['1 attempt 2']));

    // Its handler is past its time now: were the event still its own, it would bury it.
    child.signal('SIGCONT');
    await sleep(leaseMs * 2);
    expect(await platform.redis.exists(platform.keys.deadLetters('users', 'content'))).toBe(0);
    expect(seen).toEqual(['1 attempt 2']);
  });

  it('should begin nothing when it goes on after it was stopped past its lease', async () => {
    const child = await startChild('hang', { concurrency: 1, handlerTimeoutMs: leaseMs * 2 });
    await publish(1);
    await child.says('begun 1');
    await publish(2);
    await eventually(async () => expect(await pending()).toBe(2));
    child.signal('SIGSTOP');
    const { seen } = (await startReader()).get(Story);
    await eventually(() => expect(seen.toSorted()).toEqual(['1 attempt 2', '2 attempt 2']));

    // The first handler is past its time now, and the second event is next in this process's hand.
    child.signal('SIGCONT');
    await sleep(leaseMs * 4);
    expect(child.output).not.toContain('begun 2');
  });

  it('should give back at a stop what is not finished, without counting what was not begun', async () => {
    const child = await startChild('hang', {
      concurrency: 1,
      shutdownTimeoutMs: 100,
      leaseMs: 60_000,
    });
    await publish(1, 2);
    await child.says('attempt 1');
    await eventually(async () => expect(await pending()).toBe(2));
    child.signal('SIGTERM');
    await child.ended();

    // Far less than the lease, which would have to run out had nothing been given back.
    const { seen } = (await startReader({ leaseMs: 60_000 })).get(Story);
    const outcome = child.output.includes('begun 1')
      ? ['1 attempt 2', '2 attempt 1']
      : ['1 attempt 1', '2 attempt 2'];
    await eventually(() => expect(seen.toSorted()).toEqual(outcome));
  });

  it('should finish at a stop what is begun', async () => {
    const reader = await startReader({ shutdownTimeoutMs: 30_000 });
    const story = reader.get(Story);
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    story.behave = async () => {
      begun.resolve();
      await gate.promise;
    };
    await publish(1);
    await begun.promise;
    const closed = reader.close();
    gate.resolve();
    await closed;
    expect(story.seen).toEqual(['1 attempt 1']);
    expect(await pending()).toBe(0);
  });

  it('should read again from the start when the group is lost', async () => {
    const { seen } = (await startReader()).get(Story);
    await publish(1);
    await eventually(() => expect(seen).toEqual(['1 attempt 1']));
    for (const stream of await platform.streams('users')) {
      await platform.redis.xgroup('DESTROY', stream, 'content');
    }
    await eventually(() => expect(seen).toEqual(['1 attempt 1', '1 attempt 1']));
    await publish(2);
    await eventually(() => expect(seen).toContain('2 attempt 1'));
  });

  it('should go on when the streams are lost', async () => {
    const { seen } = (await startReader()).get(Story);
    await publish(1);
    await eventually(() => expect(seen).toEqual(['1 attempt 1']));
    await platform.redis.del(await platform.streams('users'));
    await publish(2);
    await eventually(() => expect(seen).toEqual(['1 attempt 1', '2 attempt 1']));
  });

  it('should not mind that the server forgets its scripts', async () => {
    const { seen } = (await startReader()).get(Story);
    await platform.redis.script('FLUSH');
    await publish(1);
    await eventually(() => expect(seen).toEqual(['1 attempt 1']));
  });

  it('should forget a consumer that is gone, and not before its events are taken over', async () => {
    const child = await startChild('hang');
    await publish(1);
    await child.says('begun 1');
    await child.kill();
    const reader = await startReader({ cleanUpEveryMs: 50, forgetConsumersAfterMs: leaseMs * 3 });
    await eventually(() => expect(reader.get(Story).seen).toEqual(['1 attempt 2']));
    await eventually(async () => expect(await consumers()).toBe(1));
  });

  it('should fail a request whose replica was killed by its deadline, and not begin it again', async () => {
    const child = await startChild('hang');
    const caller = await platform.start({
      service: 'other',
      asks: ['content'],
      requestTimeoutMs: 3_000,
    });
    const asked = firstValueFrom(caller.client('content').send('ask', 'anybody?'));
    const outcome = asked.catch((error: unknown) => error);
    await child.says('asked "anybody?"');
    await child.kill();

    const { seen } = (await startReader()).get(Story);
    expect(await outcome).toBeInstanceOf(RequestTimeoutError);
    await eventually(async () => {
      expect(await platform.redis.xlen(platform.keys.requests('content'))).toBe(0);
    });
    expect(seen).toEqual([]);
  });
});
