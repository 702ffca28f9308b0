import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { Story, StoryController } from './numbered-steps.controller.js';
import { Platform } from './platform.js';

describe('trimming', () => {
  let platform: Platform;

  beforeEach(async () => {
    platform = await Platform.create();
  });

  afterEach(async () => {
    await platform.close();
  });

  it('should remove what every group acknowledged, and nothing that one has not', async () => {
    const numbers = Array.from({ length: 1_000 }, (_, index) => index);
    const { publisher } = await platform.start({ service: 'users', partitions: 1 });
    const options = {
      subscribeTo: ['users'],
      controllers: [StoryController],
      providers: [Story],
      retentionMs: 0,
      cleanUpEveryMs: 50,
    };
    const content = (await platform.start({ service: 'content', ...options })).get(Story);
    const analytics = (await platform.start({ service: 'analytics', ...options })).get(Story);
    const gate = Promise.withResolvers<void>();
    analytics.behave = async (step) => (step === 500 ? gate.promise : undefined);
    await publisher.publish(
      numbers.map((payload) => ({ topic: 'steps', key: `k${payload}`, payload })),
    );

    await eventually(() => expect(content.seen.length).toBe(1_000));
    await eventually(() => expect(analytics.seen.length).toBe(999));
    // Redis removes whole nodes of its tree, of a hundred entries each.
    await eventually(async () => expect(await platform.length('users')).toBeLessThanOrEqual(600));
    expect(await platform.length('users')).toBeGreaterThanOrEqual(500);

    gate.resolve();
    await eventually(() => expect(analytics.seen.length).toBe(1_000));
    await eventually(async () => expect(await platform.length('users')).toBeLessThanOrEqual(100));
  });

  it('should keep what is younger than the retention, unless there is too much of it', async () => {
    const { publisher } = await platform.start({ service: 'users', partitions: 1 });
    const publish = async (count: number) =>
      publisher.publish(
        Array.from({ length: count }, (_, index) => ({
          topic: 'steps',
          key: `k${index}`,
          payload: index,
        })),
      );
    const { seen } = (
      await platform.start({
        service: 'content',
        subscribeTo: ['users'],
        controllers: [StoryController],
        providers: [Story],
        retentionMs: 60 * 60 * 1_000,
        retentionEntries: 500,
        cleanUpEveryMs: 50,
      })
    ).get(Story);
    await publish(400);
    await eventually(() => expect(seen.length).toBe(400));
    await sleep(300);
    expect(await platform.length('users')).toBe(400);

    await publish(400);
    await eventually(() => expect(seen.length).toBe(800));
    await eventually(async () => expect(await platform.length('users')).toBeLessThanOrEqual(500));
  });
});
