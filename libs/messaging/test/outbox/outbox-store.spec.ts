import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { eventually } from '@trilith/testing';

import {
  type CommitListener,
  type OutboxMessage,
  type OutboxStore,
  OutboxTransactionRequiredError,
} from '../../src/index.js';
import type { Backend } from './backend.js';
import { mongoBackend } from './mongo-backend.js';
import { postgresBackend } from './postgres-backend.js';

const ALL = 1_000;

// One contract, kept by each store: every case runs on both.
describe.each([postgresBackend, mongoBackend])('outbox in $name', (kind) => {
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

  const add = async (key: string, payload: unknown = {}) =>
    backend.outbox.add({ topic: 'tests.happened', key, payload });
  const commit = async (...keys: string[]) =>
    backend.inTransaction(async () => {
      for (const key of keys) await add(key);
    });
  const unsentKeys = async () => (await backend.store.unsent(ALL)).map(({ key }) => key);

  describe('adding', () => {
    it('keeps an event whole: id, topic, key, payload and the headers of its context', async () => {
      const payload = { list: [1, 'ü', null, { deep: true }], empty: {}, text: 'a\\u0000"b' };
      const headers = { 'x-tenant': 't' };
      const id = await backend.inTransaction(async () =>
        backend.outbox.add({ topic: 'tests.whole', key: 'k', payload, headers }),
      );
      expect(await backend.store.unsent(ALL)).toEqual([
        {
          id,
          topic: 'tests.whole',
          key: 'k',
          payload,
          headers: { 'x-correlation-id': 'c-1', 'x-tenant': 't' },
        },
      ]);
    });

    it.each([[null], [0], ['text'], [false], [[]]])('keeps %j as a payload', async (payload) => {
      await backend.inTransaction(async () => add('k', payload));
      expect((await backend.store.unsent(ALL))[0]?.payload).toEqual(payload);
    });

    it('keeps when an event is to be delivered', async () => {
      const deliverAt = new Date('2030-02-28T12:34:56.789Z');
      await backend.inTransaction(async () =>
        backend.outbox.add({ topic: 't', key: 'k', payload: 0, deliverAt }),
      );
      const unsent = await backend.store.unsent(ALL);
      expect(unsent).toMatchObject([{ deliverAt }]);
      await backend.store.markSent(ids(unsent));
      const { messages } = await backend.store.sent({ ...sentLately(), limit: ALL });
      expect(messages.at(-1)).toEqual(unsent[0]);
    });

    it('leaves nothing of a transaction that is rolled back', async () => {
      const before = await backend.storedIds();
      const notesBefore = await backend.notes();
      const failing = backend.inTransaction(async () => {
        await backend.write('rolled back');
        await add('rolled back');
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await backend.storedIds()).toEqual(before);
      expect(await backend.notes()).toEqual(notesBefore);
    });

    it('shows nothing of a transaction before it commits', async () => {
      await backend.inTransaction(async () => {
        await add('not yet');
        expect(await unsentKeys()).toEqual([]);
      });
      expect(await unsentKeys()).toEqual(['not yet']);
    });

    it('refuses an event outside of a transaction', async () => {
      await expect(add('homeless')).rejects.toBeInstanceOf(OutboxTransactionRequiredError);
      await expect(add('homeless')).rejects.toMatchObject({ topics: ['tests.happened'] });
      expect(await unsentKeys()).toEqual([]);
    });

    it('refuses the same id twice, and with it the second transaction', async () => {
      const event = {
        id: '0190163d-8694-739b-aea5-966c26f8ad91',
        topic: 't',
        key: 'k',
        payload: 1,
      };
      await backend.inTransaction(async () => backend.outbox.add(event));
      const again = backend.inTransaction(async () => {
        await backend.write('same id');
        await backend.outbox.add(event);
      });
      await expect(again).rejects.toThrow(/duplicate key/);
      expect(await backend.notes()).not.toContain('same id');
    });
  });

  describe('reading', () => {
    it('gives events in the order they were added, over transactions and within one', async () => {
      await commit('1', '2');
      await commit('3');
      await backend.inTransaction(async () =>
        backend.outbox.addAll(['4', '5', '6'].map((key) => ({ topic: 't', key, payload: 0 }))),
      );
      expect(await unsentKeys()).toEqual(['1', '2', '3', '4', '5', '6']);
    });

    it('gives no more than asked for, and never what was sent', async () => {
      await commit('1', '2', '3');
      const firstTwo = await backend.store.unsent(2);
      expect(firstTwo.map(({ key }) => key)).toEqual(['1', '2']);
      await backend.store.markSent(ids(firstTwo));
      expect(await unsentKeys()).toEqual(['3']);
    });

    it('leaves out what its caller has in hand, and gives what comes after', async () => {
      await commit('1', '2', '3', '4');
      const inHand = ids(await backend.store.unsent(2));
      const next = await backend.store.unsent(1, inHand);
      expect(next.map(({ key }) => key)).toEqual(['3']);
      const rest = await backend.store.unsent(ALL, [...inHand, ...ids(next)]);
      expect(rest.map(({ key }) => key)).toEqual(['4']);
      expect(await unsentKeys()).toEqual(['1', '2', '3', '4']);
    });

    it('still gives an event that was added first and committed last', async () => {
      const added = Promise.withResolvers<void>();
      const mayCommit = Promise.withResolvers<void>();
      const late = backend.inTransaction(async () => {
        await add('added first');
        added.resolve();
        await mayCommit.promise;
      });
      await added.promise;
      await commit('added second');
      const early = await backend.store.unsent(ALL);
      expect(early.map(({ key }) => key)).toEqual(['added second']);
      await backend.store.markSent(ids(early));

      mayCommit.resolve();
      await late;
      expect(await unsentKeys()).toEqual(['added first']);
    });

    it('keeps every event of concurrent writers, each one’s in order', async () => {
      const writers = Array.from({ length: 8 }, (_, writer) => `writer ${writer}`);
      await Promise.all(
        writers.map(async (key) => {
          for (let n = 0; n < 10; n += 1) {
            await backend.inTransaction(async () => add(key, n));
          }
        }),
      );
      const all = await backend.store.unsent(ALL);
      for (const writer of writers) {
        const payloads = all.filter(({ key }) => key === writer).map(({ payload }) => payload);
        expect(payloads).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }
      expect(all).toHaveLength(80);
    });
  });

  describe('lag', () => {
    it('counts what waits, and tells how long the oldest has', async () => {
      expect(await backend.store.lag()).toEqual({ pending: 0, oldestAgeMs: 0 });
      await commit('1');
      const { oldestAgeMs: before } = await backend.store.lag();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await commit('2');
      const { pending, oldestAgeMs } = await backend.store.lag();
      expect(pending).toBe(2);
      expect(oldestAgeMs - before).toBeGreaterThanOrEqual(49);
    });
  });

  describe('listening', () => {
    it('is told of each commit while armed, and ends when closed', async () => {
      let calls = 0;
      const listener = await listen(backend.store, () => (calls += 1));
      // What was committed before is not told of; one call may say so.
      await eventually(async () => {
        expect(await listener.arm()).toBe(true);
        await commit('seen');
        expect(calls).toBeGreaterThan(1);
      });
      await listener.close();
      await listener.ended;
    });
  });
});

async function listen(store: OutboxStore, onCommitted: () => void): Promise<CommitListener> {
  const listener = await store.listen(onCommitted);
  if (listener === undefined) throw new Error('the store does not listen');
  return listener;
}

function sentLately() {
  return { since: new Date(Date.now() - 60_000), until: new Date(Date.now() + 60_000) };
}

function ids(messages: readonly OutboxMessage[]): string[] {
  return messages.map(({ id }) => id);
}
