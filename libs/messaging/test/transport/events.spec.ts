import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { lastValueFrom } from 'rxjs';

import { RedisStreamsRecord, partitionOf } from '../../src/index.js';
import { Platform } from './platform.js';
import {
  SecondController,
  Story,
  StoryController,
  postPublished,
  steps,
} from './story.controller.js';

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

  it('should reach a service that starts only after they were published', async () => {
    const publisher = await startPublisher();
    await publisher.publish(steps('a', 3));
    const { seen } = (await startReader()).get(Story);
    await eventually(() => expect(seen).toEqual(['a1', 'a2', 'a3']));
    await eventually(async () => expect(await pending()).toBe(0));
  });

  it('should reach every subscribing service, and one replica of each', async () => {
    const publisher = await startPublisher();
    const content = [await startReader(), await startReader()];
    const analytics = await startReader({ service: 'analytics' });
    await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => publisher.publish(steps(key, 100))));

    await eventually(() => expect(analytics.get(Story).seen.length).toBe(400));
    await eventually(() => {
      const seen = content.flatMap((replica) => replica.get(Story).seen);
      expect(seen.length).toBe(400);
      expect(new Set(seen).size).toBe(400);
    });
  });

  it('should carry id, key and headers, those of the context too', async () => {
    const users = await platform.start({
      service: 'users',
      context: {
        headers: () => ({ 'x-correlation-id': 'c-1', tenant: 'one' }),
        run: async (_, work) => work(),
      },
    });
    const ran: unknown[] = [];
    const reader = await startReader({
      context: {
        headers: () => ({}),
        run: async (headers: unknown, work: () => Promise<unknown>) => {
          ran.push(headers);
          return work();
        },
      },
    });
    const id = '0190c7a1-6f4e-7a10-8d53-2f1c9a6b3e77';
    const [event] = steps('a', 1);
    if (event) await users.publisher.publish([{ ...event, id, headers: { tenant: 'two' } }]);

    const { contexts } = reader.get(Story);
    await eventually(() => expect(contexts.length).toBe(1));
    const headers = { 'x-correlation-id': 'c-1', tenant: 'two' };
    expect(contexts[0]).toMatchObject({ id, topic: 'steps', key: 'a', headers, attempt: 1 });
    expect(contexts[0]?.stream).toBe(platform.keys.partition('users', partitionOf('a', 16)));
    expect(ran).toEqual([headers]);
  });

  it('should be acknowledged and forgotten where nobody handles their topic', async () => {
    const publisher = await startPublisher();
    const { seen } = (await startReader()).get(Story);
    await publisher.publish([{ topic: 'weather', key: 'w', payload: {} }, ...steps('a', 1)]);
    await eventually(() => expect(seen).toEqual(['a1']));
    await eventually(async () => expect(await pending()).toBe(0));
    expect(await deadLetters()).toEqual([]);
  });

  it('should pass through pipes, and reach each of several handlers', async () => {
    const publisher = await startPublisher();
    const reader = await startReader({ controllers: [StoryController, SecondController] });
    await publisher.publish([{ topic: 'shout', key: 's', payload: 'hey' }]);
    await eventually(() =>
      expect(reader.get(Story).seen.toSorted()).toEqual(['HEY', 'second: hey']),
    );
  });

  it('should be done only when the Observable of their handler has completed', async () => {
    const publisher = await startPublisher();
    const { seen } = (await startReader()).get(Story);
    await publisher.publish([{ topic: 'streamed', key: 's', payload: {} }]);
    await eventually(() => expect(seen).toEqual(['streamed']));
    await eventually(async () => expect(await pending()).toBe(0));
  });

  it('should be published by emit on the stream of the service that emits', async () => {
    const users = await platform.start({ service: 'users', asks: ['content'] });
    const { seen } = (await startReader()).get(Story);
    const step = new RedisStreamsRecord({ key: 'a', step: 1 }, { key: 'a' });
    await lastValueFrom(users.client('content').emit('steps', step), { defaultValue: undefined });
    await eventually(() => expect(seen).toEqual(['a1']));
  });

  describe('with a contract', () => {
    it('should reach the handler as their schema makes them', async () => {
      const publisher = await startPublisher();
      const { seen } = (await startReader()).get(Story);
      await publisher.publish([{ topic: postPublished, key: 'p', payload: { title: 'one' } }]);
      await eventually(() => expect(seen).toEqual(['one []']));
    });

    it('should not be published when they do not fit, nor any other of the same call', async () => {
      const publisher = await startPublisher();
      const published = publisher.publish([
        ...steps('a', 1),
        { topic: postPublished, key: 'p', payload: { title: '' } },
      ]);
      await expect(published).rejects.toMatchObject({ code: 'invalid_payload' });
      expect(await platform.length('users')).toBe(0);
    });

    it('should become dead letters at once when they do not fit', async () => {
      const publisher = await startPublisher();
      const { seen } = (await startReader()).get(Story);
      await publisher.publish([
        { topic: 'posts.published', key: 'p', payload: { title: 7 }, headers: { trace: 't' } },
      ]);
      await eventually(async () => expect((await deadLetters()).length).toBe(1));
      const [letter] = await deadLetters();
      expect(letter).toMatchObject({
        topic: 'posts.published',
        key: 'p',
        payload: '{"title":7}',
        headers: '{"trace":"t"}',
        'dead-attempts': '1',
        'dead-code': 'invalid_payload',
      });
      expect(letter?.['dead-error']).toContain('posts.published: title');
      expect(seen).toEqual([]);
      expect(await pending()).toBe(0);
    });
  });
});
