import { describe, expect, it } from '@jest/globals';
import { validate, version } from 'uuid';
import { z } from 'zod';

import { Outbox, type OutboxMessage, type OutboxStore } from '../../src/index.js';

const renamed = {
  name: 'accounts.renamed',
  schema: z.object({ accountId: z.string(), name: z.object({ first: z.string().min(1) }) }),
};

function outbox(headers: Record<string, string> = {}, maxPayloadBytes?: number) {
  const added: OutboxMessage[] = [];
  const add: OutboxStore['add'] = async (messages) => void added.push(...messages);
  const context = { headers: () => headers };
  return { added, outbox: new Outbox({ add } as OutboxStore, context, maxPayloadBytes) };
}

describe('Outbox', () => {
  it('gives each event a uuid v7 of its own, and says which', async () => {
    const { added, outbox: box } = outbox();
    const ids = await box.addAll([
      { topic: 't', key: 'k', payload: 1 },
      { topic: 't', key: 'k', payload: 2 },
    ]);
    expect(added.map(({ id }) => id)).toEqual(ids);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(validate(id) && version(id)).toBe(7);
  });

  it('writes what the schema makes of the payload, without what the contract does not name', async () => {
    const { added, outbox: box } = outbox();
    const payload = { accountId: 'a', name: { first: 'Ada' }, passwordHash: 'secret' };
    await box.add({ topic: renamed, key: 'a', payload });
    expect(added).toMatchObject([{ topic: 'accounts.renamed' }]);
    expect(added[0]?.payload).toEqual({ accountId: 'a', name: { first: 'Ada' } });
  });

  it('writes a date as the text that it will travel as', async () => {
    const { added, outbox: box } = outbox();
    await box.add({ topic: 't', key: 'k', payload: { at: new Date(0), gone: undefined } });
    expect(added[0]?.payload).toEqual({ at: '1970-01-01T00:00:00.000Z' });
  });

  it('adds its context’s headers, the event’s own over those of the same name', async () => {
    const { added, outbox: box } = outbox({ 'x-correlation-id': 'c', 'x-tenant': 'context' });
    await box.add({ topic: 't', key: 'k', payload: 1, headers: { 'x-tenant': 'event' } });
    expect(added[0]?.headers).toEqual({ 'x-correlation-id': 'c', 'x-tenant': 'event' });
  });

  it('refuses what takes more bytes than it may, before it is written', async () => {
    const { added, outbox: box } = outbox({}, 100);
    const event = { topic: 't', key: 'k'.repeat(200) };
    await box.add({ ...event, payload: 'x'.repeat(98) });
    await expect(box.add({ ...event, payload: 'ä'.repeat(50) })).rejects.toMatchObject({
      code: 'payload_too_large',
      facts: { size: 102, bound: 100 },
    });
    expect(added).toHaveLength(1);
  });

  it('takes a payload of up to a mebibyte where nothing else is said', async () => {
    const { outbox: box } = outbox();
    const largest = 'x'.repeat(1_048_574);
    await box.add({ topic: 't', key: 'k', payload: largest });
    await expect(box.add({ topic: 't', key: 'k', payload: `${largest}x` })).rejects.toMatchObject({
      facts: { size: 1_048_577, bound: 1_048_576 },
    });
  });

  it('refuses a payload that does not fit, naming the field, and writes nothing', async () => {
    const { added, outbox: box } = outbox();
    const good = { topic: 't', key: 'k', payload: 1 };
    const bad = { topic: renamed, key: 'a', payload: { accountId: 'a', name: { first: '' } } };
    await expect(box.addAll([good, bad])).rejects.toMatchObject({
      code: 'invalid_payload',
      topic: 'accounts.renamed',
      facts: { problems: [{ path: 'name.first' }] },
    });
    expect(added).toEqual([]);
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  it.each([
    ['nothing', undefined],
    ['a function', () => 1],
    ['a cycle', cycle],
    ['a bigint', 1n],
    ['a null character', { text: 'a\u0000b' }],
    ['a null character in a key', { 'a\u0000b': 1 }],
    ['half a surrogate pair', ['\ud83d']],
  ])('refuses %s as a payload', async (_what, payload) => {
    const { outbox: box } = outbox();
    const adding = box.add({ topic: 't', key: 'k', payload });
    await expect(adding).rejects.toMatchObject({ code: 'invalid_payload' });
  });

  it.each([
    ['an id that is no uuid', { id: '1' }],
    ['a key with a null character', { key: '\u0000' }],
    ['a header with a null character', { headers: { h: '\u0000' } }],
  ])('refuses %s', async (_what, part) => {
    const { outbox: box } = outbox();
    const adding = box.add({ topic: 't', key: 'k', payload: 1, ...part });
    await expect(adding).rejects.toMatchObject({ code: 'invalid_payload' });
  });

  it.each(['\\u0000', '\\\\u0000', '😀', 'C:\\udata'])('keeps %j', async (text) => {
    const { added, outbox: box } = outbox();
    await box.add({ topic: 't', key: 'k', payload: { text } });
    expect(added[0]?.payload).toEqual({ text });
  });
});
