import { stripVTControlCharacters } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { Platform } from '../transport/platform.js';
import { Story, StoryController, steps } from '../transport/story.controller.js';
import { messages } from './command-line.js';

describe('trilith-messages', () => {
  let platform: Platform;

  beforeEach(async () => {
    platform = await Platform.create();
  });

  afterEach(async () => {
    await platform.close();
  });

  const command = async (...args: string[]) =>
    messages([...args, '--prefix', platform.store.prefix], { REDIS_URL: platform.store.url });
  const json = async (...args: string[]) =>
    JSON.parse((await command(...args, '--json')).out) as Record<string, never>;

  async function startReader(behave: Story['behave']): Promise<Story> {
    // The publisher lays out its partitions; only then can there be a group.
    await platform.start({ service: 'users' });
    const reader = await platform.start({
      service: 'content',
      subscribeTo: ['users'],
      controllers: [StoryController],
      providers: [Story],
      maxAttempts: 1,
    });
    const story = reader.get(Story);
    story.behave = behave;
    return story;
  }

  async function publish(key: string, count: number): Promise<void> {
    const { publisher } = await platform.start({ service: 'users' });
    await publisher.publish(steps(key, count));
  }

  /** As many dead letters; from then on the handler succeeds. */
  async function bury(count: number): Promise<Story> {
    const story = await startReader(async () => {
      throw new Error('no \u001b[31mink\u001b[0m');
    });
    await publish('a', count);
    await eventually(async () =>
      expect(await platform.deadLetters('users', 'content')).toHaveLength(count),
    );
    story.behave = async () => undefined;
    story.seen.length = 0;
    return story;
  }

  async function letterIds(): Promise<string[]> {
    const { letters } = (await json('dead', 'list', 'users', 'content')) as unknown as {
      letters: { letterId: string }[];
    };
    return letters.map(({ letterId }) => letterId);
  }

  it('should say that there is nothing yet', async () => {
    expect(await command('groups')).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^Nobody has published/),
    });
  });

  it('should show groups, what waits for them, and what they have in hand', async () => {
    const gate = Promise.withResolvers<void>();
    await startReader(async () => gate.promise);
    await publish('a', 3);
    await eventually(async () => expect(await platform.pending('users', 'content')).toBe(3));

    const out = stripVTControlCharacters((await command('groups')).out);
    expect(out.split('\n')[0]).toMatch(/publisher\s+group\s+waiting\s+oldest\s+members\s+dead/);
    expect(out).toMatch(/users\s+content\s+3\s+\d+ ms\s+1\s+0/);
    expect((await command('groups', 'users', '--partitions')).out.trim().split('\n')).toHaveLength(
      17,
    );

    const pending = await command('pending', 'users', 'content', '--count', '2');
    expect(pending.out.trim().split('\n')).toHaveLength(3);
    const entries = { entries: [{ topic: 'steps', key: 'a', attempts: 1 }, {}] };
    expect(await json('pending', 'users', 'content', '--count', '2')).toMatchObject(entries);
    gate.resolve();
  });

  it('should pause and resume a group', async () => {
    const story = await startReader(async () => undefined);
    await publish('a', 1);
    await eventually(() => expect(story.seen).toEqual(['a1']));

    const paused = await command('pause', 'users', 'content', '--reason', 'a bad release');
    expect(paused.out).toMatch(/^content is paused since 20/);
    expect((await command('groups')).out).toMatch(/paused since .*: a bad release/);
    await publish('b', 1);
    expect((await command('resume', 'users', 'content')).out).toBe('content reads on.\n');
    await eventually(() => expect(story.seen).toEqual(['a1', 'b1']));
    expect((await command('resume', 'users', 'content')).out).toBe('content was not paused.\n');
  });

  it('should list dead letters, and show one without letting it steer the terminal', async () => {
    await bury(3);
    const [first = ''] = await letterIds();

    const list = await command('dead', 'list', 'users', 'content', '--count', '2');
    expect(list.out).toMatch(/steps\s+a\s+1\s+Error: no  \[31mink/);
    expect(list.out).toContain('There may be more: --after ');
    const shown = await command('dead', 'show', 'users', 'content', first);
    expect(stripVTControlCharacters(shown.out)).toMatch(/stack\n  Error: no /);
    // oxlint-disable-next-line no-control-regex -- the very characters that must not be there
    expect(list.out + shown.out).not.toMatch(/\u001b\[31m/);
  });

  it('should replay one letter, then all of a topic, for the group alone', async () => {
    const story = await bury(3);
    const [first = ''] = await letterIds();

    expect((await command('dead', 'replay', 'users', 'content', first)).out).toBe('1 replayed.\n');
    await eventually(() => expect(story.seen).toEqual(['a1']));
    const others = ['dead', 'replay', 'users', 'content', '--all', '--topic'];
    expect((await command(...others, 'untold')).out).toBe('0 replayed.\n');
    expect((await command(...others, 'steps')).out).toBe('2 replayed.\n');
    await eventually(() => expect(story.seen).toEqual(['a1', 'a2', 'a3']));
    expect(await command('dead', 'replay', 'users', 'content', first)).toMatchObject({
      exitCode: 1,
      out: '0 replayed.\n',
      err: `${first} is no longer there.\n`,
    });
  });

  it('should discard letters and keep the reason', async () => {
    await bury(2);
    const discard = ['dead', 'discard', 'users', 'content', '--all'];

    expect(await command(...discard)).toMatchObject({ exitCode: 2 });
    expect((await command(...discard, '--reason', 'test data')).out).toBe('2 discarded.\n');
    expect(await letterIds()).toEqual([]);
    expect((await command('dead', 'discarded', 'users', 'content')).out).toMatch(
      /steps\s+a\s+test data/,
    );
  });

  it('should remove a group only when nobody is in it any more', async () => {
    await startReader(async () => undefined);
    await publish('a', 1);

    expect(await command('remove-group', 'users', 'content')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('content still reads the events of users'),
    });
  });

  it.each([
    [['groups', 'nobody'], /No events of nobody here/],
    [['pending', 'users', 'nobody'], /nobody does not read the events of users; who does: content/],
    [['pause', 'users', 'content'], /--reason/],
    [['dead', 'show', 'users', 'content', 'latest'], /latest is no letter's id/],
    [['dead', 'show', 'users', 'content', '1-1'], /content has no dead letter 1-1/],
    [['dead', 'replay', 'users', 'content'], /Name letters, or say --all/],
    [['dead', 'list', 'users', 'content', '--count', '0x10'], /whole number from 1/],
    [['dance'], /unknown command/],
  ])('should refuse %j by a line that helps', async (args, line) => {
    await startReader(async () => undefined);
    await publish('a', 1);

    const { exitCode, out, err } = await command(...args);

    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(err).toMatch(line);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it.each([
    [{}, 2, /MESSAGING_REDIS_URL or REDIS_URL must say where Redis is/],
    [{ REDIS_URL: 'http://:secret@127.0.0.1' }, 2, /redis:\/\//],
    [{ REDIS_URL: 'redis://:secret@127.0.0.1:1' }, 3, /127\.0\.0\.1:1/],
  ])('should say what is wrong with an address: %j', async (env, exitCode, line) => {
    const printed = await messages(['groups'], env);

    expect(printed).toMatchObject({ exitCode, err: expect.stringMatching(line) });
    expect(printed.err).not.toContain('secret');
  });
});
