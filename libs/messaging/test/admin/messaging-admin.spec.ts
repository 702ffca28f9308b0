import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { MessagingAdmin, partitionOf } from '../../src/index.js';
import { Platform } from '../transport/platform.js';
import { Story, StoryController, steps } from '../transport/story.controller.js';

describe('MessagingAdmin', () => {
  let platform: Platform;
  let admin: MessagingAdmin;
  const content = { publisher: 'users', group: 'content' };
  const startReader = async (options = {}) =>
    platform.start({
      service: 'content',
      subscribeTo: ['users'],
      controllers: [StoryController],
      providers: [Story],
      maxAttempts: 1,
      ...options,
    });
  const startPublisher = async (options = {}) =>
    (await platform.start({ service: 'users', ...options })).publisher;
  const groupState = async () => (await admin.inspect('users'))?.groups[0];

  beforeEach(async () => {
    platform = await Platform.create();
    admin = new MessagingAdmin({ redis: platform.redis, prefix: platform.store.prefix });
  });

  afterEach(async () => {
    await platform.close();
  });

  it('should list the publishers', async () => {
    expect(await admin.publishers()).toEqual([]);
    await startPublisher();
    await platform.start({ service: 'content' });
    expect(await admin.publishers()).toEqual(['content', 'users']);
    expect(await admin.inspect('nobody')).toBeUndefined();
  });

  it('should show owners, pending entries, lag and age of each partition', async () => {
    const publisher = await startPublisher({ partitions: 2 });
    const gate = Promise.withResolvers<void>();
    const reader = await startReader({ maxInHand: 2 });
    reader.get(Story).behave = async () => gate.promise;
    await publisher.publish([
      ...steps('a', 5),
      { ...steps('a', 1)[0], topic: 'later', key: 'l', payload: 1, deliverAt: new Date(4e12) },
    ]);
    await eventually(async () => expect((await groupState())?.partitions[0]?.owner).toBeDefined());
    const busy = partitionOf('a', 2);
    const state = await eventually(async () => {
      const inspected = await admin.inspect('users');
      expect(inspected?.groups[0]?.partitions[busy]?.pending).toBe(2);
      return inspected;
    });
    expect(state).toMatchObject({ publisher: 'users', partitions: 2, entries: 5, delayed: 1 });
    const [group] = state?.groups ?? [];
    expect(group).toMatchObject({
      group: 'content',
      paused: undefined,
      entries: 5,
      deadLetters: 0,
    });
    expect(group?.members).toMatchObject([{ name: expect.stringMatching(/^content-\d+-/) }]);
    const owner = group?.members[0]?.name;
    expect(group?.partitions[busy]).toMatchObject({ partition: busy, owner, pending: 2, lag: 3 });
    expect(group?.partitions[1 - busy]).toMatchObject({
      owner,
      pending: 0,
      lag: 0,
      oldestAgeMs: 0,
    });
    await eventually(async () => expect((await groupState())?.oldestAgeMs).toBeGreaterThan(100));
    gate.resolve();
    await eventually(async () => expect((await groupState())?.entries).toBe(0));
    expect((await groupState())?.oldestAgeMs).toBe(0);
  });

  it('should tell the observer how far its group is behind', async () => {
    const publisher = await startPublisher();
    const lags: { entries: number; oldestAgeMs: number }[] = [];
    const observer = { lag: (facts: (typeof lags)[number]) => lags.push(facts) };
    const gate = Promise.withResolvers<void>();
    const reader = await startReader({ maxInHand: 2, observer });
    reader.get(Story).behave = async () => gate.promise;
    await publisher.publish(steps('a', 7));
    await eventually(() => expect(lags.at(-1)).toMatchObject({ entries: 7, ...content }));
    expect(lags.at(-1)?.oldestAgeMs).toBeGreaterThan(0);
    gate.resolve();
    await eventually(() => expect(lags.at(-1)).toMatchObject({ entries: 0, oldestAgeMs: 0 }));
  });

  describe('pausing a group', () => {
    it('should let its members finish what they have, keep their partitions and read nothing', async () => {
      const publisher = await startPublisher();
      const reader = await startReader();
      const story = reader.get(Story);
      const gate = Promise.withResolvers<void>();
      story.behave = async () => gate.promise;
      await publisher.publish(steps('a', 2));
      await eventually(async () => expect(await platform.pending('users', 'content')).toBe(2));
      const since = await admin.pause(content, 'looking into it');
      await publisher.publish(steps('b', 2));
      gate.resolve();
      await eventually(() => expect(story.seen).toEqual(['a1', 'a2']));
      await eventually(async () => expect((await groupState())?.entries).toBe(2));

      const another = (await startReader()).get(Story);
      await eventually(async () => {
        const state = await groupState();
        expect(new Set(state?.partitions.map(({ owner }) => owner)).size).toBe(2);
        expect(state).toMatchObject({ paused: { since, reason: 'looking into it' }, entries: 2 });
      });
      expect([...story.seen, ...another.seen]).toEqual(['a1', 'a2']);
      expect(await platform.pending('users', 'content')).toBe(0);

      expect(await admin.resume(content)).toBe(true);
      expect(await admin.resume(content)).toBe(false);
      await eventually(() => {
        expect([...story.seen, ...another.seen]).toEqual(['a1', 'a2', 'b1', 'b2']);
      });
    });

    it('should keep since when, and take the new reason', async () => {
      await startPublisher();
      await startReader();
      const since = await admin.pause(content, 'one');
      expect(await admin.pause(content, 'two')).toEqual(since);
      expect((await groupState())?.paused).toEqual({ since, reason: 'two' });
    });
  });

  describe('removing a group', () => {
    it('should be refused while a member lives, and let its streams be forgotten after', async () => {
      await startPublisher();
      const reader = await startReader();
      await expect(admin.removeGroup(content)).rejects.toMatchObject({ code: 'group_in_use' });
      await reader.close();
      expect(await admin.removeGroup(content)).toBe(true);
      expect(await admin.inspect('users')).toMatchObject({ groups: [] });
      expect(await admin.removeGroup(content)).toBe(false);
    });
  });

  describe('dead letters', () => {
    const letters = () => admin.deadLetters(content);
    const bury = async (story: Story, count: number) => {
      const publisher = await startPublisher();
      story.behave = ({ step }) => {
        throw Object.assign(new Error(`step ${step} is wrong`), { code: 'wrong_step' });
      };
      await publisher.publish(steps('a', count));
      await eventually(async () => expect(await letters().count()).toBe(count));
      story.behave = () => undefined;
      return publisher;
    };

    it('should be listed in parts and shown one by one', async () => {
      await bury((await startReader()).get(Story), 5);
      const first = await letters().list({ count: 3 });
      const rest = await letters().list({ after: first.at(-1)?.letterId });
      expect(
        [...first, ...rest].map(({ payload }) => (JSON.parse(payload) as { step: number }).step),
      ).toEqual([1, 2, 3, 4, 5]);
      const letter = await letters().get(first[1]?.letterId ?? '');
      expect(letter).toEqual(first[1]);
      expect(letter).toMatchObject({
        topic: 'steps',
        key: 'a',
        headers: '{}',
        error: { code: 'wrong_step', message: 'step 2 is wrong' },
        attempts: 1,
        stream: platform.keys.partition('users', partitionOf('a', 16)),
      });
      expect(await letters().get('1-1')).toBeUndefined();
    });

    it('should be replayed to their own group alone, and only once', async () => {
      const story = (await startReader()).get(Story);
      const other = (await startReader({ service: 'analytics' })).get(Story);
      await bury(story, 3);
      await eventually(() => expect(other.seen).toEqual(['a1', 'a2', 'a3']));
      const all = (await letters().list()).map(({ letterId }) => letterId);
      const [one = '', two = ''] = all;
      const replays = [letters().replay([one, two, '1-1']), letters().replay([two, one])];
      expect((await Promise.all(replays)).flat().toSorted()).toEqual([one, two].toSorted());

      await eventually(() => expect(story.seen).toEqual(['a1', 'a2']));
      const [first] = story.contexts;
      expect(first?.attempt).toBe(1);
      expect(await letters().count()).toBe(1);
      await eventually(async () => {
        for (const group of ['content', 'analytics']) {
          expect(await platform.pending('users', group)).toBe(0);
        }
        const behind = (await admin.inspect('users'))?.groups.map(({ entries }) => entries);
        expect(behind).toEqual([0, 0]);
      });
      expect(other.seen).toEqual(['a1', 'a2', 'a3']);
    });

    it('should become dead letters again, as they were, when replaying does not help', async () => {
      const story = (await startReader()).get(Story);
      await bury(story, 1);
      story.behave = () => {
        throw new Error('still wrong');
      };
      const [before] = await letters().list();
      await letters().replay([before?.letterId ?? '']);
      const [after] = await eventually(async () => {
        const list = await letters().list();
        expect(list.length).toBe(1);
        return list;
      });
      const { id, topic, key, payload, headers } = before ?? {};
      expect(after).toMatchObject({ id, topic, key, payload, headers });
      expect(after?.error.message).toBe('still wrong');
    });

    it('should be discarded with a reason that is kept', async () => {
      await bury((await startReader()).get(Story), 2);
      const [one, two] = await letters().list();
      expect(await letters().discard([one?.letterId ?? '', '1-1'], 'a test account')).toEqual([
        one?.letterId,
      ]);
      expect((await letters().list()).map(({ letterId }) => letterId)).toEqual([two?.letterId]);
      const [discarded] = await letters().discarded();
      const { error, key, payload, diedAt } = one ?? {};
      expect(discarded).toMatchObject({ error, key, payload, diedAt, reason: 'a test account' });
    });
  });
});
