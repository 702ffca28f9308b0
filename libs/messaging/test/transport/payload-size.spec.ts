import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { type Observable, from, lastValueFrom } from 'rxjs';

import { PayloadTooLargeError } from '../../src/index.js';
import { Platform } from './platform.js';
import { eventEntries } from './stream-entries.js';

const bound = 1_000;
const ofBytes = (bytes: number) => 'x'.repeat(bytes - 2);

@Controller()
class Texts {
  @MessagePattern('texts.make')
  make({ bytes }: { bytes: number }): string {
    return ofBytes(bytes);
  }

  @MessagePattern('texts.stream')
  stream(): Observable<string> {
    return from(['small', ofBytes(bound + 1), 'never heard']);
  }

  @MessagePattern('texts.measure')
  measure(text: string): number {
    return text.length;
  }
}

describe('maxPayloadBytes', () => {
  let platform: Platform;

  beforeEach(async () => {
    platform = await Platform.create();
  });
  afterEach(async () => {
    await platform.close();
  });

  const start = async () => platform.start({ service: 'texts', maxPayloadBytes: bound });
  const startBoth = async () => {
    const options = { service: 'texts', controllers: [Texts], maxPayloadBytes: bound };
    await platform.start(options);
    const caller = { service: 'caller', asks: ['texts'], maxPayloadBytes: bound };
    return (await platform.start(caller)).client('texts');
  };
  const published = async () =>
    eventEntries(platform.redis, { prefix: platform.store.prefix, publisher: 'texts' });
  const tooLarge = (size: number) =>
    expect.objectContaining({ code: 'payload_too_large', facts: { size, bound } });

  it('should refuse to publish what is larger, and none of what came with it', async () => {
    const { publisher } = await start();
    const events = [10, bound + 1].map((bytes) => ({
      topic: 'texts.made',
      key: 'k',
      payload: ofBytes(bytes),
    }));
    const publishing = publisher.publish(events);
    await expect(publishing).rejects.toThrow(PayloadTooLargeError);
    await expect(publishing).rejects.toEqual(tooLarge(bound + 1));
    await expect(publishing).rejects.toThrow(
      'texts.made: 1001 bytes are more than maxPayloadBytes, 1000',
    );
    expect(await published()).toEqual([]);
  });

  it.each([
    ['as large as it may be', ofBytes(bound)],
    ['of as many bytes as there may be', '€'.repeat(332)],
  ])('should take a text %s', async (_which, payload) => {
    const { publisher } = await start();
    const publishing = publisher.publish([{ topic: 'texts.made', key: 'k', payload }]);
    await expect(publishing).resolves.toBeUndefined();
  });

  it('should count bytes, not characters', async () => {
    const { publisher } = await start();
    const payload = '€'.repeat(333);
    const publishing = publisher.publish([{ topic: 'texts.made', key: 'k', payload }]);
    await expect(publishing).rejects.toEqual(tooLarge(1_001));
  });

  it('should not hold up what an outbox took under another bound', async () => {
    const { publisher } = await start();
    const id = '0198c1a0-0000-7000-8000-000000000001';
    const payload = ofBytes(bound + 1);
    await publisher.relay([{ id, topic: 'texts.made', key: 'k', payload, headers: {} }]);
    expect(await published()).toMatchObject([{ id }]);
  });

  it('should refuse to send a larger request, at once', async () => {
    const texts = await startBoth();
    const measured = async (bytes: number) =>
      lastValueFrom(texts.send<number>('texts.measure', ofBytes(bytes)));
    expect(await measured(bound)).toBe(bound - 2);
    await expect(measured(bound + 1)).rejects.toEqual(tooLarge(bound + 1));
  });

  it('should answer by an error where the reply would be larger', async () => {
    const texts = await startBoth();
    const made = async (bytes: number) =>
      lastValueFrom(texts.send<string>('texts.make', { bytes }));
    expect(await made(bound)).toHaveLength(bound - 2);
    await expect(made(bound + 1)).rejects.toEqual(tooLarge(bound + 1));
  });

  it('should end a stream with the value that is larger', async () => {
    const texts = await startBoth();
    const heard: unknown[] = [];
    const values$ = texts.send<string>('texts.stream', {});
    const hearing = new Promise((resolve, reject) => {
      values$.subscribe({
        next: (value) => heard.push(value),
        error: reject,
        complete: () => resolve(0),
      });
    });
    await expect(hearing).rejects.toEqual(tooLarge(bound + 1));
    expect(heard).toEqual(['small']);
  });
});
