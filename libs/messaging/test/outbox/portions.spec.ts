import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import type { OutboxMessage } from '../../src/index.js';
import { BatchSize } from '../../src/outbox/batch-size.js';
import { portionsOf } from '../../src/outbox/portions.js';

const message = (payload: unknown, nth = 0): OutboxMessage => ({
  id: String(nth),
  topic: 't',
  key: 'k',
  payload,
  headers: {},
});

describe('portionsOf', () => {
  it('keeps the order, and to the bound wherever more than one event is in a portion', () => {
    const payloads = fc.array(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null)),
    );
    fc.assert(
      fc.property(payloads, fc.integer({ min: 1, max: 60 }), (all, mostBytes) => {
        const messages = all.map(message);
        const portions = portionsOf(messages, mostBytes);
        expect(portions.flatMap((portion) => portion.messages)).toEqual(messages);
        for (const { messages: together, bytes } of portions) {
          const json = together.map(({ payload }) => JSON.stringify(payload)).join('');
          expect(bytes).toBe(Buffer.byteLength(json));
          expect(together.length === 1 || bytes <= mostBytes).toBe(true);
        }
      }),
    );
  });

  it('makes no more portions than it takes', () => {
    const sizes = portionsOf(['aa', 'aa', 'aa', 'a'.repeat(20), 'aa'].map(message), 8);
    expect(sizes.map(({ messages }) => messages.length)).toEqual([2, 1, 1, 1]);
  });
});

describe('BatchSize', () => {
  it('follows how large events are, up to its bound', () => {
    const size = new BatchSize({ events: 100, bytes: 1_000 });
    expect(size.current).toBe(100);
    size.weighed({ events: 100, bytes: 100_000 });
    expect(size.current).toBe(1);
    size.weighed({ events: 1, bytes: 100 });
    expect(size.current).toBe(10);
    size.failed();
    expect(size.current).toBe(5);
    size.weighed({ events: 5, bytes: 0 });
    size.succeeded();
    expect(size.current).toBe(10);
  });
});
