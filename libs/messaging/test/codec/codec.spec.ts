import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { firstValueFrom, toArray } from 'rxjs';

import { InvalidPayloadError, PayloadTooLargeError, jsonCodec } from '../../src/index.js';
import { Platform } from '../transport/platform.js';
import { eventEntries } from '../transport/stream-entries.js';
import { msgpackCodec } from './msgpack.codec.js';
import {
  Things,
  ThingsController,
  getVisit,
  thing,
  unwritable,
  visit,
} from './things.controller.js';

describe('a codec', () => {
  let platform: Platform;
  const start = async (options = {}) =>
    platform.start({
      service: 'home',
      subscribeTo: ['home'],
      controllers: [ThingsController],
      providers: [Things],
      codec: msgpackCodec,
      ...options,
    });
  const startCaller = async (options = {}) => {
    const caller = { service: 'caller', asks: ['home'], codec: msgpackCodec, ...options };
    return (await platform.start(caller)).client('home');
  };
  const entries = async () =>
    eventEntries(platform.redis, { prefix: platform.store.prefix, publisher: 'home' });

  beforeEach(async () => {
    platform = await Platform.create();
  });

  afterEach(async () => {
    await platform.close();
  });

  describe('for events', () => {
    it('should bring dates, maps, sets, bytes and large numbers as what they are', async () => {
      const home = await start();
      await home.publisher.publish([{ topic: 'things', key: 'k', payload: thing }]);
      await eventually(() => expect(home.get(Things).seen).toEqual([thing]));
      const [entry] = await entries();
      const [, base64 = ''] = /^#msgpack:(.*)$/.exec(entry?.['payload'] ?? '') ?? [];
      expect(msgpackCodec.decode(Buffer.from(base64, 'base64'))).toEqual(thing);
    });

    it('should do so for those that wait for their time', async () => {
      const home = await start();
      const deliverAt = new Date(Date.now() + 100);
      await home.publisher.publish([{ topic: 'things', key: 'k', payload: thing, deliverAt }]);
      await eventually(() => expect(home.get(Things).seen).toEqual([thing]));
    });

    it('should write what an outbox has kept as JSON', async () => {
      const home = await start();
      const id = '0198c1a0-0000-7000-8000-000000000001';
      const payload = { at: '2026-01-01', list: [1, null] };
      await home.publisher.relay([{ id, topic: 'things', key: 'k', payload, headers: {} }]);
      await eventually(() => expect(home.get(Things).seen).toEqual([payload]));
      expect(await entries()).toMatchObject([{ payload: expect.stringMatching(/^#msgpack:/) }]);
    });

    it('should let schemas see what was decoded, on both sides', async () => {
      const home = await start();
      const good = { at: thing.at, guests: 2 };
      const wrong = { at: thing.at.toISOString(), guests: 2 };
      const publish = async (topic: string | typeof visit, payload: unknown) =>
        home.publisher.publish([{ topic, key: 'k', payload }]);
      await expect(publish(visit, wrong)).rejects.toThrow('visits: at: ');
      await publish(visit.name, wrong);
      await publish(visit, good);
      await eventually(() => expect(home.get(Things).seen).toEqual([good]));
      expect(await platform.deadLetters('home', 'home')).toMatchObject([
        {
          'dead-code': 'invalid_payload',
          'dead-error': expect.stringContaining('at: '),
          'dead-attempts': '1',
        },
      ]);
    });

    it('should refuse what it cannot write, and none of what came with it is published', async () => {
      const { publisher } = await start();
      const payloads = [1, unwritable];
      const events = payloads.map((payload) => ({ topic: 'things', key: 'k', payload }));
      const publishing = publisher.publish(events);
      await expect(publishing).rejects.toThrow(InvalidPayloadError);
      await expect(publishing).rejects.toThrow('things: cannot be written as msgpack: ');
      expect(await entries()).toEqual([]);
    });

    it('should count the bytes that it writes against the bound', async () => {
      // Bytes have a header of three more.
      const { publisher } = await start({ maxPayloadBytes: 1_003 });
      const publish = async (bytes: number) =>
        publisher.publish([{ topic: 'things', key: 'k', payload: Buffer.alloc(bytes, 200) }]);
      await publish(1_000);
      await expect(publish(1_001)).rejects.toThrow(PayloadTooLargeError);
      await expect(publish(1_001)).rejects.toMatchObject({ facts: { size: 1_004, bound: 1_003 } });
    });
  });

  describe('for requests', () => {
    it('should bring payload and reply as what they are', async () => {
      const home = await start();
      const caller = await startCaller();
      expect(await firstValueFrom(caller.send('echo', thing))).toEqual(thing);
      expect(home.get(Things).seen).toEqual([thing]);
    });

    it('should bring each value of a stream, and end without one where there is none', async () => {
      await start();
      const caller = await startCaller();
      const heard = async (topic: string) =>
        firstValueFrom(caller.send(topic, thing).pipe(toArray()));
      expect(await heard('stream')).toEqual([thing, new Date(1), 'last']);
      expect(await heard('nothing')).toEqual([]);
    });

    it('should bring the facts of an error', async () => {
      await start();
      const caller = await startCaller();
      await expect(firstValueFrom(caller.send('refuse', {}))).rejects.toMatchObject({
        name: 'RemoteError',
        code: 'closed',
        message: 'is closed',
        facts: { until: thing.at },
      });
    });

    it('should bring errors that have no message, although JSON could not', async () => {
      await start();
      const caller = await startCaller();
      const ask = async (topic: string) => firstValueFrom(caller.send(topic, {}));
      await expect(ask('refuse-without-words')).rejects.toMatchObject({
        code: 'large',
        facts: { large: thing.large },
      });
      await expect(ask('refuse-by-number')).rejects.toMatchObject({ code: 'remote_error' });
      expect(await ask('echo')).toEqual({});
    });

    it('should let schemas see what was decoded, on both sides', async () => {
      await start();
      const caller = await startCaller();
      expect(await caller.ask(getVisit, { after: new Date(4) })).toEqual({ at: new Date(5) });
      const wrong = firstValueFrom(caller.send(getVisit.name, { after: '2026-01-01' }));
      await expect(wrong).rejects.toMatchObject({ code: 'invalid_payload' });
    });

    it('should answer by an error where it cannot write the reply, or that is too large', async () => {
      await start({ maxPayloadBytes: 100 });
      const caller = await startCaller();
      const ask = async (topic: string, payload: unknown) =>
        firstValueFrom(caller.send(topic, payload));
      await expect(ask('unwritable', 1)).rejects.toMatchObject({
        code: 'invalid_payload',
        message: expect.stringMatching(/^reply to unwritable: cannot be written as msgpack/),
      });
      await expect(ask('echo', Buffer.alloc(100))).rejects.toMatchObject({
        code: 'payload_too_large',
        facts: { size: 102, bound: 100 },
      });
    });
  });

  it('may write text, whatever is in it', async () => {
    const codec = {
      name: 'x-quoted',
      format: 'text',
      encode: (payload: unknown) => `"]}:#\n${jsonCodec.encode(payload)}`,
      decode: (text: string) => jsonCodec.decode(text.slice(6)),
    } as const;
    const home = await start({ codec });
    const caller = await startCaller({ codec });
    await home.publisher.publish([{ topic: 'things', key: 'k', payload: ['ä', '👋'] }]);
    expect(await firstValueFrom(caller.send('echo', { a: '"' }))).toEqual({ a: '"' });
    await eventually(() =>
      expect(home.get(Things).seen).toEqual(expect.arrayContaining([['ä', '👋']])),
    );
  });
});
