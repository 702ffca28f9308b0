import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { firstValueFrom } from 'rxjs';

import type { MessagingOptions } from '../../src/index.js';
import { Platform } from '../transport/platform.js';
import { msgpackCodec } from './msgpack.codec.js';
import { Things, ThingsController } from './things.controller.js';

type Codecs = Pick<MessagingOptions, 'codec' | 'codecs'>;

const knowsNone: Codecs = {};
const knows: Codecs = { codecs: [msgpackCodec] };
const writes: Codecs = { codec: msgpackCodec };

describe('a change from one codec to another', () => {
  let platform: Platform;
  const payload = { text: 'ä', list: [1, null] };
  const startPublisher = async (codecs: Codecs) =>
    (await platform.start({ service: 'away', ...codecs })).publisher;
  const startHome = async (codecs: Codecs) =>
    platform.start({
      service: 'home',
      subscribeTo: ['away'],
      controllers: [ThingsController],
      providers: [Things],
      ...codecs,
    });
  const startCaller = async (codecs: Codecs) =>
    (await platform.start({ service: 'caller', asks: ['home'], ...codecs })).client('home');

  beforeEach(async () => {
    platform = await Platform.create();
  });

  afterEach(async () => {
    await platform.close();
  });

  it.each([
    ['a publisher that writes JSON', 'a consumer that only knows msgpack', knowsNone, knows],
    ['a publisher that writes JSON', 'a consumer that writes msgpack', knowsNone, writes],
    ['a publisher that writes msgpack', 'a consumer that writes JSON', writes, knows],
    ['a publisher that writes msgpack', 'a consumer that writes it too', writes, writes],
  ])('should let events of %s reach %s', async (_publisher, _consumer, published, consumed) => {
    const publisher = await startPublisher(published);
    const home = await startHome(consumed);
    await publisher.publish([{ topic: 'things', key: 'k', payload }]);
    await eventually(() => expect(home.get(Things).seen).toEqual([payload]));
  });

  it.each([
    ['that writes JSON', 'a service that writes msgpack', knowsNone, writes],
    ['that only knows msgpack', 'a service that writes msgpack', knows, writes],
    ['that writes msgpack', 'a service that writes JSON', writes, knows],
  ])('should let a caller %s be answered by %s', async (_caller, _service, asking, answering) => {
    await startHome(answering);
    const caller = await startCaller(asking);
    expect(await firstValueFrom(caller.send('echo', payload))).toEqual(payload);
    await expect(firstValueFrom(caller.send('refuse', {}))).rejects.toMatchObject({
      code: 'closed',
    });
  });

  it('should keep the order of a key over both', async () => {
    const publishers = [await startPublisher(knows), await startPublisher(writes)];
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    for (const number of numbers) {
      const event = { topic: 'things', key: 'k', payload: number };
      await publishers[number % 2]?.publish([event]);
    }
    const home = await startHome(writes);
    await eventually(() => expect(home.get(Things).seen).toEqual(numbers));
  });

  it('should bury at once an event of a codec that its consumer does not know', async () => {
    const publisher = await startPublisher(writes);
    const home = await startHome(knowsNone);
    await publisher.publish([{ topic: 'things', key: 'k', payload }]);
    await eventually(async () => {
      expect(await platform.deadLetters('away', 'home')).toMatchObject([
        {
          'dead-code': 'invalid_payload',
          'dead-error': 'things: is written with the codec "msgpack"; known here: json',
          'dead-attempts': '1',
        },
      ]);
    });
    expect(home.get(Things).seen).toEqual([]);
  });

  it('should refuse a request of a codec that the service does not know, in what all read', async () => {
    await startHome(knowsNone);
    const caller = await startCaller(writes);
    await expect(firstValueFrom(caller.send('echo', payload))).rejects.toMatchObject({
      name: 'RemoteError',
      code: 'invalid_payload',
      message: 'echo: is written with the codec "msgpack"; known here: json',
    });
  });
});
