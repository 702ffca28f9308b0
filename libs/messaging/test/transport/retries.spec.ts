import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BadRequestException } from '@nestjs/common';
import { eventually } from '@trilith/testing';

import { RequestTimeoutError, partitionOf } from '../../src/index.js';

import { Platform } from './platform.js';
import { Story, StoryController, steps } from './story.controller.js';

describe('events', () => {
  let platform: Platform;
  const startReader = async (options = {}) =>
    platform.start({
      service: 'content',
      subscribeTo: ['users'],
      controllers: [StoryController],
      providers: [Story],
      ...options,
    });
  const startPublisher = async () => (await platform.start({ service: 'users' })).publisher;
  const deadLetters = async () => platform.deadLetters('users', 'content');
  const pending = async () => platform.pending('users', 'content');

  beforeEach(async () => {
    platform = await Platform.create();
  });

  afterEach(async () => {
    await platform.close();
  });

  describe('whose handler fails', () => {
    it('should be tried again until it succeeds', async () => {
      const publisher = await startPublisher();
      const story = (await startReader()).get(Story);
      story.behave = (_, { attempt }) => {
        if (attempt < 3) throw new Error('not yet');
      };
      await publisher.publish(steps('a', 1));
      await eventually(() => expect(story.seen).toEqual(['a1']));
      expect(story.contexts[0]?.attempt).toBe(3);
      await eventually(async () => expect(await pending()).toBe(0));
      expect(await deadLetters()).toEqual([]);
    });

    it('should become a dead letter after the last attempt, with all that a person needs', async () => {
      const publisher = await startPublisher();
      const { seen } = (await startReader({ maxAttempts: 3 })).get(Story);
      const id = '0190c7a1-6f4e-7a10-8d53-2f1c9a6b3e77';
      const event = { id, topic: 'posts.published', key: 'p', payload: { title: 'poison' } };
      await publisher.publish([event]);

      await eventually(async () => expect((await deadLetters()).length).toBe(1));
      expect(seen).toEqual(['poison []', 'poison []', 'poison []']);
      const [letter] = await deadLetters();
      expect(letter).toMatchObject({
        id,
        topic: 'posts.published',
        key: 'p',
        payload: '{"title":"poison"}',
        'dead-error': 'cannot stomach this',
        'dead-attempts': '3',
        'dead-group': 'content',
        'dead-stream': platform.keys.partition('users', partitionOf('p', 16)),
      });
      expect(letter?.['dead-stack']).toContain('story.controller.ts');
      expect(await pending()).toBe(0);
    });

    it('should wait longer and longer, and never as long as others', async () => {
      const publisher = await startPublisher();
      const delays: number[] = [];
      const observer = { retried: ({ delayMs }: { delayMs: number }) => delays.push(delayMs) };
      const options = { maxAttempts: 5, retryDelayMs: 20, maxRetryDelayMs: 60, observer };
      const story = (await startReader(options)).get(Story);
      story.behave = () => {
        throw new Error('never');
      };
      await publisher.publish(steps('a', 1));
      await eventually(() => expect(delays.length).toBe(4));
      [20, 40, 60, 60].forEach((longest, index) => {
        expect(delays[index]).toBeLessThanOrEqual(longest);
        expect(delays[index]).toBeGreaterThanOrEqual(longest / 2);
      });
    });

    it.each([
      ['a broken connection', Object.assign(new Error('no'), { code: 'ECONNREFUSED' })],
      ['one further down', new Error('query failed', { cause: { code: 'ETIMEDOUT' } })],
      ['what says so itself', { code: 'unavailable', message: 'the store is away' }],
      ['a neighbour', new RequestTimeoutError('users', 'accounts.get', 5)],
    ])('should be tried until an outage is over, without counting: %s', async (_, outage) => {
      const publisher = await startPublisher();
      const story = (await startReader({ maxAttempts: 2 })).get(Story);
      let tries = 0;
      story.behave = () => {
        tries += 1;
        if (tries <= 6) throw outage;
      };
      await publisher.publish(steps('a', 1));
      await eventually(() => expect(story.seen).toEqual(['a1']));
      expect(story.contexts[0]?.attempt).toBe(1);
      expect(await deadLetters()).toEqual([]);
    });

    it('should become a dead letter at once where Nest finds its payload wrong', async () => {
      const publisher = await startPublisher();
      const story = (await startReader()).get(Story);
      story.behave = () => {
        throw new BadRequestException(['step must be a number']);
      };
      await publisher.publish(steps('a', 1));
      await eventually(async () => expect((await deadLetters()).length).toBe(1));
      expect((await deadLetters())[0]).toMatchObject({ 'dead-attempts': '1' });
    });

    it('should hold back only its own key, and keep the order of that', async () => {
      const publisher = await startPublisher();
      const story = (await startReader({ concurrency: 4, maxAttempts: 4 })).get(Story);
      story.behave = ({ key, step }, { attempt }) => {
        if (key === 'bad' && step === 1 && attempt < 4) throw new Error('not yet');
      };
      await publisher.publish(steps('bad', 3));
      await publisher.publish(steps('good', 3));
      await eventually(() => expect(story.seen.length).toBe(6));
      expect(story.seen).toEqual(['good1', 'good2', 'good3', 'bad1', 'bad2', 'bad3']);
    });

    it('should make way for the next of its key when it is dead', async () => {
      const publisher = await startPublisher();
      const story = (await startReader({ maxAttempts: 2 })).get(Story);
      story.behave = ({ step }) => {
        if (step === 2) throw new Error('poison');
      };
      await publisher.publish(steps('a', 3));
      await eventually(() => expect(story.seen).toEqual(['a1', 'a3']));
      expect((await deadLetters()).map(({ payload }) => payload)).toEqual(['{"key":"a","step":2}']);
    });
  });

  describe('handled at the same time', () => {
    it('should be as many as allowed, one of each key, in its order', async () => {
      const publisher = await startPublisher();
      const story = (await startReader({ concurrency: 3 })).get(Story);
      const runningKeys = new Set<string>();
      story.behave = async ({ key }) => {
        expect(runningKeys.has(key)).toBe(false);
        runningKeys.add(key);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
        runningKeys.delete(key);
      };
      const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
      await Promise.all(keys.map(async (key) => publisher.publish(steps(key, 20))));
      await eventually(() => expect(story.seen.length).toBe(120));
      for (const key of keys) {
        const own = story.seen.filter((step) => step.startsWith(key));
        expect(own).toEqual(steps(key, 20).map(({ payload }) => `${key}${payload.step}`));
      }
      expect(story.mostRunning).toBe(3);
    });

    it('should leave to others what exceeds maxInHand', async () => {
      const publisher = await startPublisher();
      const gate = Promise.withResolvers<void>();
      const story = (await startReader({ concurrency: 2, maxInHand: 5 })).get(Story);
      story.behave = async () => gate.promise;
      await publisher.publish(
        ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].flatMap((key) => steps(key, 1)),
      );
      await eventually(() => expect(story.running).toBe(2));
      expect(await pending()).toBe(5);
      gate.resolve();
      await eventually(() => expect(story.seen.length).toBe(8));
    });
  });

  it('should all be handled where several publishers wait for room at a time', async () => {
    const users = await startPublisher();
    const { publisher: posts } = await platform.start({ service: 'posts' });
    const subscribeTo = ['users', 'posts'];
    const story = (await startReader({ subscribeTo, concurrency: 2, maxInHand: 2 })).get(Story);
    story.behave = async () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    const keys = ['a', 'b', 'c', 'd'];
    for (let round = 0; round < 10; round += 1) {
      await users.publish(keys.flatMap((key) => steps(`${key}u`, 5)));
      await posts.publish(keys.flatMap((key) => steps(`${key}p`, 5)));
    }
    await eventually(() => expect(story.seen.length).toBe(400));
  });

  describe('that take long', () => {
    it('should fail when their time is over, and tell the handler', async () => {
      const publisher = await startPublisher();
      const story = (await startReader({ handlerTimeoutMs: 50, maxAttempts: 2 })).get(Story);
      const told: unknown[] = [];
      story.behave = async (_, { signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        told.push((signal.reason as { code: string }).code);
        throw signal.reason;
      };
      await publisher.publish(steps('a', 1));
      await eventually(async () => expect((await deadLetters()).length).toBe(1));
      expect(told).toEqual(['handler_timeout', 'handler_timeout']);
    });

    it('should have more time when their handler asks for it', async () => {
      const publisher = await startPublisher();
      const story = (await startReader({ handlerTimeoutMs: 500, maxAttempts: 1 })).get(Story);
      story.behave = async (_, context) => {
        for (let round = 0; round < 4; round += 1) {
          await new Promise((resolve) => setTimeout(resolve, 200));
          await context.extend(30_000);
        }
      };
      await publisher.publish(steps('a', 1));
      await eventually(() => expect(story.seen).toEqual(['a1']));
      expect(await deadLetters()).toEqual([]);
    });
  });
});
