import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeRedis, createSubscriber } from '@trilith/redis';
import { eventually } from '@trilith/testing';
import { firstValueFrom } from 'rxjs';

import { partitionOf } from '../../src/index.js';
import { Platform } from '../transport/platform.js';
import { msgpackCodec } from './msgpack.codec.js';
import { Things, ThingsController, thing } from './things.controller.js';

const written = Buffer.from(msgpackCodec.encode(thing));
const ofMsgpack = (bytes: Uint8Array) => `#msgpack:${Buffer.from(bytes).toString('base64')}`;
const deep = 1_000_000;

const hostile: [what: string, payload: string][] = [
  ['that is cut off', ofMsgpack(written.subarray(0, -5))],
  ['with something behind it', ofMsgpack(Buffer.concat([written, written]))],
  ['of nothing', ofMsgpack(Buffer.alloc(0))],
  ['of JSON where bytes should be', '#msgpack:{"a":1}'],
  ['that nests a million times', ofMsgpack(Buffer.alloc(deep, 0x91))],
  ['that promises four thousand million items', ofMsgpack(Buffer.from('ddffffffff', 'hex'))],
  ['that promises as many bytes', ofMsgpack(Buffer.from('c6ffffffff', 'hex'))],
  ['of a codec that nobody knows', '#gone:AAAA'],
  ['of a codec with an endless name', `#${'x'.repeat(100_000)}`],
  ['of no codec', '#'],
  ['of bytes that are cut off in the middle of their base64', ofMsgpack(written).slice(0, -1)],
  ['that is not JSON', '{"a":'],
];

describe('a payload', () => {
  let platform: Platform;
  const startHome = async () =>
    platform.start({
      service: 'home',
      subscribeTo: ['home'],
      controllers: [ThingsController],
      providers: [Things],
      codec: msgpackCodec,
      partitions: 1,
    });

  beforeEach(async () => {
    platform = await Platform.create();
  });

  afterEach(async () => {
    await platform.close();
  });

  const inject = async (topic: string, payload: string) => {
    const fields = { topic, key: 'k', payload, headers: '{}' };
    const stream = platform.keys.partition('home', partitionOf('k', 1));
    await platform.redis.xadd(stream, '*', ...Object.entries(fields).flat());
  };

  it.each(hostile)('%s should be buried as it is, and hold up nothing', async (_what, payload) => {
    const home = await startHome();
    await inject('things', payload);
    await home.publisher.publish([{ topic: 'things', key: 'k', payload: thing }]);
    await eventually(() => expect(home.get(Things).seen).toEqual([thing]));
    const [letter, ...others] = await platform.deadLetters('home', 'home');
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ payload, 'dead-code': 'invalid_payload', 'dead-attempts': '1' });
    expect(letter?.['dead-error']?.length).toBeLessThan(200);
  });

  it.each(hostile)('%s should be refused to its caller, as a request', async (_what, payload) => {
    await startHome();
    const caller = (await platform.start({ service: 'caller', asks: ['home'] })).client('home');
    await caller.connect();
    const [replyTo = ''] = (await platform.redis.pubsub('CHANNELS')) as string[];
    const heard = await hear(replyTo);
    const envelope = JSON.stringify({ id: 'no"body', topic: 'echo', replyTo });
    const fields = ['timeout', '5000', 'request', envelope, 'payload', payload];
    await platform.redis.xadd(platform.keys.requests('home'), '*', ...fields);
    await eventually(() => expect(heard.messages).toHaveLength(1));
    await heard.close();
    const [reply] = JSON.parse(heard.messages[0] ?? '') as [Record<string, unknown>];
    expect(reply).toMatchObject({ id: 'no"body', last: true });
    expect(await firstValueFrom(caller.send('echo', 'after'))).toBe('after');
  });

  it('should pollute no prototype', async () => {
    const home = await startHome();
    const key = Buffer.concat([Buffer.from([0xa9]), Buffer.from('__proto__')]);
    const polluted = Buffer.from([0x81, 0xa8, ...Buffer.from('polluted'), 0xc3]);
    // A map, and a record as msgpackr defines one.
    await inject('things', ofMsgpack(Buffer.from([0x81, ...key, ...polluted])));
    await inject('things', ofMsgpack(Buffer.from([0xd4, 0x72, 0x40, 0x91, ...key, ...polluted])));
    await inject('things', '{"__proto__":{"polluted":true}}');
    await eventually(() => expect(home.get(Things).seen).toHaveLength(3));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    for (const payload of home.get(Things).seen) {
      expect((payload as Record<string, unknown>)['polluted']).toBeUndefined();
    }
  });

  it.each([
    [
      '#gone:wQ==',
      /^reply to anything: is written with the codec "gone"; known here: json, msgpack$/,
    ],
    ['#msgpack:kg==', /^reply to anything: cannot be read as msgpack$/],
    ['#msgpack:', /^reply to anything: cannot be read as msgpack$/],
    [{ toString: 1 }, /primitive/],
  ])('%j that is a reply should fail its request, at once', async (value, message) => {
    const options = { service: 'caller', asks: ['mute'], codecs: [msgpackCodec] };
    const caller = (await platform.start({ ...options, requestTimeoutMs: 60_000 })).client('mute');
    const asked = firstValueFrom(caller.send('anything', 1));
    const requests = platform.keys.requests('mute');
    const [entry] = await eventually(async () => {
      const waiting = await platform.entries(requests);
      expect(waiting).toHaveLength(1);
      return waiting;
    });
    const { id, replyTo } = JSON.parse(entry?.['request'] ?? '') as Record<string, string>;
    const reply = JSON.stringify([{ id, last: true, coded: true, value }]);
    await platform.redis.publish(replyTo ?? '', reply);
    await expect(asked).rejects.toThrow(message);
  });

  async function hear(channel: string) {
    const messages: string[] = [];
    const subscribed = Promise.withResolvers<void>();
    const subscriber = createSubscriber({
      url: platform.store.url,
      name: 'test',
      channels: [channel],
      onMessage: (message) => messages.push(message),
      onSubscribed: () => subscribed.resolve(),
    });
    await subscribed.promise;
    return { messages, close: async () => closeRedis(subscriber) };
  }
});
