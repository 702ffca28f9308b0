import { describe, expect, it } from '@jest/globals';

import {
  MessagingOptionError,
  type MessagingOptions,
  type PayloadCodec,
  RedisStreamsServer,
  jsonCodec,
} from '../../src/index.js';
import { resolveMessagingOptions } from '../../src/messaging.options.js';

const codec: PayloadCodec = { ...jsonCodec, name: 'mine' };
const good: MessagingOptions = { redis: { url: 'redis://127.0.0.1:6379' }, service: 'content' };

describe('messaging options', () => {
  it.each<[Partial<MessagingOptions>, string]>([
    [{ service: '' }, 'messaging.service: got ""; takes letters, digits, and any of _ . : -'],
    [{ service: 'a b' }, 'messaging.service: got "a b"; takes'],
    [{ prefix: '{tag}' }, 'messaging.prefix: got "{tag}"; takes'],
    [{ subscribeTo: ['users', 'no good'] }, 'messaging.subscribeTo: got "no good"; takes'],
    [{ concurrency: 0 }, 'messaging.concurrency: got 0; takes a whole number from 1 to 2147483647'],
    [{ maxAttempts: 2.5 }, 'messaging.maxAttempts: got 2.5; takes a whole number'],
    [{ leaseMs: 10 }, 'messaging.leaseMs: got 10; takes a whole number from 100'],
    [{ requestTimeoutMs: Number.NaN }, 'messaging.requestTimeoutMs: got null; takes'],
    [{ codec: { ...codec, name: 'a:b' } }, 'messaging.codec: got {"name":"a:b","format":"text"}'],
    [{ codec: { ...codec, name: 'json' } }, "takes a codec: name (not 'json'), format"],
    [{ codecs: [{ ...codec, format: 'bytes' as 'text' }] }, 'messaging.codecs: got {"name":"mine"'],
    [
      { codec, codecs: [{ ...codec }] },
      'messaging.codecs: got "mine"; takes one codec of each name',
    ],
  ])('should be refused in one line: %j', (wrong, message) => {
    const construct = () => new RedisStreamsServer({ ...good, ...wrong });
    expect(construct).toThrow(MessagingOptionError);
    expect(construct).toThrow(message);
  });

  it('should fall back to their defaults, also where undefined is given', () => {
    const resolved = resolveMessagingOptions({
      ...good,
      prefix: undefined,
      maxAttempts: undefined,
    });
    expect(resolved).toMatchObject({ prefix: 'trilith', maxAttempts: 5, requestTimeoutMs: 5_000 });
    expect(resolved.context.headers()).toEqual({});
  });

  it('should read JSON, what is written and what else is named, each once', () => {
    const other = { ...codec, name: 'other' };
    const resolved = resolveMessagingOptions({ ...good, codec, codecs: [other, codec, jsonCodec] });
    expect(resolved.codecs).toEqual([jsonCodec, codec, other]);
    // The module resolves options, and the server those once more.
    expect(resolveMessagingOptions(resolved).codecs).toEqual(resolved.codecs);
    expect(resolveMessagingOptions(good)).toMatchObject({ codec: jsonCodec, codecs: [jsonCodec] });
  });

  it('should subscribe once to a publisher that is named twice', () => {
    const { subscribeTo } = resolveMessagingOptions({ ...good, subscribeTo: ['users', 'users'] });
    expect(subscribeTo).toEqual(['users']);
  });
});
