import { describe, expect, it } from '@jest/globals';

import * as contracts from './index.js';
import type { MessageContract } from './index.js';
import { z } from 'zod';

const messages = Object.entries<unknown>({ ...contracts }).filter(
  (entry): entry is [string, MessageContract<string, z.ZodType>] =>
    typeof entry[1] === 'object' && entry[1] !== null && 'schema' in entry[1] && 'name' in entry[1],
);

describe('contracts', () => {
  it('should give every message a name of its own, `<plural noun>.<verb>`', () => {
    const names = messages.map(([, contract]) => contract.name);

    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+s\.[a-z]+$/);
  });

  it('should stay open to fields that a newer publisher adds, and drop them', () => {
    const payload = {
      commentId: 'c1',
      postId: 'p1',
      postAuthorId: '0197d5a0-0000-7000-8000-000000000001',
      authorId: '0197d5a0-0000-7000-8000-000000000002',
      createdAt: '2026-01-01T00:00:00.000Z',
    };

    expect(contracts.commentCreated.schema.parse({ ...payload, mood: 'new' })).toEqual(payload);
  });

  it.each(messages)('should refuse a payload of %s that lacks its fields', (_name, contract) => {
    expect(contract.schema.safeParse({}).success).toBe(false);
  });

  it('should describe a request by its payload and its reply', () => {
    const ping = contracts.defineRequest('pings.send', {
      payload: z.object({ at: z.int() }),
      reply: z.object({ took: z.int() }),
    });

    expect(ping.schema.parse({ at: 1 })).toEqual({ at: 1 });
    expect(ping.reply.safeParse({ took: 'long' }).success).toBe(false);
  });
});
