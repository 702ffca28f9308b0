import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { type DeadLetter, InvalidPayloadError, MessagingAdmin } from '../../src/index.js';
import { messages } from '../cli/command-line.js';
import { Platform } from '../transport/platform.js';
import type { ServiceForTest } from '../transport/service-for-test.js';
import { msgpackCodec } from './msgpack.codec.js';
import { Things, ThingsController, thing } from './things.controller.js';

const codecModule = fileURLToPath(new URL('./msgpack.codec.ts', import.meta.url));
const noCodecModule = fileURLToPath(new URL('../transport/random.ts', import.meta.url));

describe('a dead letter of bytes', () => {
  const name = { publisher: 'home', group: 'home' };
  let platform: Platform;
  let home: ServiceForTest;

  beforeEach(async () => {
    platform = await Platform.create();
    home = await platform.start({
      service: 'home',
      subscribeTo: ['home'],
      controllers: [ThingsController],
      providers: [Things],
      codec: msgpackCodec,
      maxAttempts: 1,
      partitions: 1,
    });
  });

  afterEach(async () => {
    await platform.close();
  });

  const payloads = async () =>
    (await platform.entries(platform.keys.partition('home', 0))).map(
      (entry) => entry['payload'] ?? '',
    );
  const lettersOf = (codecs = [msgpackCodec]) =>
    new MessagingAdmin({
      redis: platform.redis,
      prefix: platform.store.prefix,
      codecs,
    }).deadLetters(name);
  const command = async (...args: string[]) => {
    const { url, prefix } = platform.store;
    const printed = await messages(['dead', ...args, '--prefix', prefix], { REDIS_URL: url });
    return { ...printed, out: stripVTControlCharacters(printed.out) };
  };

  /** The letter, and its payload as it lay in the stream. */
  async function bury(): Promise<{ letter: DeadLetter; payload: string }> {
    const things = home.get(Things);
    things.behave = () => {
      throw new Error('not today');
    };
    await home.publisher.publish([{ topic: 'things', key: 'k', payload: thing }]);
    const letter = await eventually(async () => {
      const [found] = await lettersOf().list();
      if (found === undefined) throw new Error('there is no letter yet');
      return found;
    });
    things.behave = () => undefined;
    const [payload = ''] = await payloads();
    return { letter, payload };
  }

  it('should hold them as they were, and again when it is replayed', async () => {
    const { letter, payload } = await bury();
    expect(await platform.deadLetters('home', 'home')).toMatchObject([{ payload }]);
    expect(await lettersOf().replay([letter.letterId])).toHaveLength(1);
    await eventually(() => expect(home.get(Things).seen).toEqual([thing]));
    expect(await payloads()).toEqual([payload, payload]);
  });

  it('should hold them as they were when it is discarded', async () => {
    const { letter, payload } = await bury();
    await lettersOf().discard([letter.letterId], 'a test');
    const discarded = platform.keys.discardedLetters('home', 'home');
    expect(await platform.entries(discarded)).toMatchObject([{ payload }]);
  });

  it('should be decoded by who knows the codec, and by nobody else', async () => {
    const { letter, payload } = await bury();
    expect(`#${letter.codec}:${letter.payload}`).toBe(payload);
    expect(lettersOf().decode(letter)).toEqual(thing);
    expect(() => lettersOf([]).decode(letter)).toThrow(InvalidPayloadError);
  });

  it('should be shown decoded with the codec, and else as base64', async () => {
    const { letter } = await bury();
    const show = async (...args: string[]) =>
      command('show', 'home', 'home', letter.letterId, ...args);
    const decoded = (await show('--codec', codecModule)).out;
    expect(decoded).toMatch(/codec +msgpack/);
    expect(decoded).toContain('at: 2026-03-01T10:00:00.123Z');
    expect(decoded).toContain("'a' => Set(2) { 1, 2 }");
    expect(decoded).not.toContain(letter.payload);

    const plain = (await show()).out;
    expect(plain).toContain('is written with the codec "msgpack"; known here: json');
    expect(plain).toContain(`\n  ${letter.payload}\n`);

    const { codec, payload: base64 } = JSON.parse((await show('--json')).out) as Record<
      string,
      string
    >;
    expect({ codec, payload: base64 }).toEqual({ codec: 'msgpack', payload: letter.payload });
  });

  it.each([
    [noCodecModule, /random\.ts exports no codec\./],
    ['./nowhere.js', /\.\/nowhere\.js cannot be loaded: /],
  ])('should not be shown with %s', async (path, line) => {
    const printed = await command('show', 'home', 'home', '1-1', '--codec', path);
    expect(printed).toMatchObject({ exitCode: 2, out: '', err: expect.stringMatching(line) });
  });
});
