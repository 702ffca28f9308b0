import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import type { OutboxMessage } from '../../src/index.js';
import type { Backend } from './backend.js';
import { mongoBackend } from './mongo-backend.js';
import { postgresBackend } from './postgres-backend.js';

const ALL = 1_000;

// One contract, kept by each store: every case runs on both.
describe.each([postgresBackend, mongoBackend])('what was sent, in $name', (kind) => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await kind.open();
  });
  afterAll(async () => {
    await backend.close();
  });
  // Each case starts with nothing unsent.
  afterEach(async () => {
    await backend.store.markSent(ids(await backend.store.unsent(ALL)));
  });

  const commit = async (...keys: string[]) =>
    backend.inTransaction(async () =>
      backend.outbox.addAll(keys.map((key) => ({ topic: 'tests.happened', key, payload: {} }))),
    );
  const unsentKeys = async () => (await backend.store.unsent(ALL)).map(({ key }) => key);

  describe('sent events', () => {
    const keysOf = (messages: readonly OutboxMessage[]) => messages.map(({ key }) => key);

    it('come page by page in the order of publication, each once', async () => {
      const since = await untilLater(backend);
      // Added in one order and sent in another: in two batches, the later one first.
      await commit(...Array.from({ length: 7 }, (_, n) => `${n}`));
      const all = await backend.store.unsent(ALL);
      await backend.store.markSent(ids(all.slice(3)).toReversed());
      await untilLater(backend);
      await backend.store.markSent(ids(all.slice(0, 3)));

      const read: string[] = [];
      let after: string | undefined;
      do {
        const until = new Date(Date.now() + 60_000);
        const page = await backend.store.sent({ since, until, after, limit: 2 });
        expect(page.messages.length).toBeLessThanOrEqual(2);
        read.push(...keysOf(page.messages));
        after = page.next;
      } while (after !== undefined);
      expect(read).toEqual(['3', '4', '5', '6', '0', '1', '2']);
    });

    it('are given from one time to another, and never unsent ones', async () => {
      await commit('before');
      await backend.store.markSent(ids(await backend.store.unsent(ALL)));
      const since = await untilLater(backend);
      await commit('within');
      await backend.store.markSent(ids(await backend.store.unsent(ALL)));
      const until = await untilLater(backend);
      await commit('after');
      await backend.store.markSent(ids(await backend.store.unsent(ALL)));
      await commit('unsent');

      const { messages, next } = await backend.store.sent({ since, until, limit: ALL });
      expect(keysOf(messages)).toEqual(['within']);
      expect(next).toBeUndefined();
    });

    it('keep their first time when they are marked again, by a relay that came late', async () => {
      const since = await untilLater(backend);
      await commit('1');
      const first = await backend.store.unsent(ALL);
      await backend.store.markSent(ids(first));
      const until = await untilLater(backend);
      await backend.store.markSent(ids(first));
      const { messages } = await backend.store.sent({ since, until, limit: ALL });
      expect(messages).toEqual(first);
    });
  });

  describe('removing', () => {
    beforeEach(async () => {
      await backend.store.removeSent({ olderThanMs: -60_000, limit: ALL });
    });

    it('removes what was sent long enough ago, in portions, and nothing else', async () => {
      await commit('1', '2', '3');
      await backend.store.markSent(ids(await backend.store.unsent(ALL)));
      await commit('unsent');

      expect(await backend.store.removeSent({ olderThanMs: 60_000, limit: ALL })).toBe(0);
      // A minute from now, all of them are old.
      expect(await backend.store.removeSent({ olderThanMs: -60_000, limit: 2 })).toBe(2);
      expect(await backend.store.removeSent({ olderThanMs: -60_000, limit: 2 })).toBe(1);
      expect(await unsentKeys()).toEqual(['unsent']);
      expect(await backend.storedIds()).toHaveLength(1);
    });
  });
});

/** The store's time, a millisecond later than anything that it has marked. */
async function untilLater(backend: Backend): Promise<Date> {
  const before = await backend.now();
  return eventually(async () => {
    const now = await backend.now();
    expect(now.getTime()).toBeGreaterThan(before.getTime() + 1);
    return now;
  });
}

function ids(messages: readonly OutboxMessage[]): string[] {
  return messages.map(({ id }) => id);
}
