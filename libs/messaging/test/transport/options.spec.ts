import { describe, expect, it } from '@jest/globals';

import {
  MessagingOptionError,
  type MessagingOptions,
  RedisStreamsServer,
} from '../../src/index.js';
import { resolveMessagingOptions } from '../../src/messaging.options.js';

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

  it('should subscribe once to a publisher that is named twice', () => {
    const { subscribeTo } = resolveMessagingOptions({ ...good, subscribeTo: ['users', 'users'] });
    expect(subscribeTo).toEqual(['users']);
  });
});
