import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import {
  type OutboxMessage,
  OutboxRepublisher,
  type RepublishOptions,
  type RepublishProgress,
} from '../../src/index.js';
import type { Backend } from './backend.js';
import { mongoBackend } from './mongo-backend.js';
import { postgresBackend } from './postgres-backend.js';

const ALL = 1_000;

// One contract, kept with each store: every case runs on both.
describe.each([postgresBackend, mongoBackend])('republishing from an outbox in $name', (kind) => {
  let backend: Backend;
  let published: OutboxMessage[];
  /** Publishing fails from the so-manieth page on. */
  let failsAtPage: number;

  beforeAll(async () => {
    backend = await kind.open();
  });
  beforeEach(() => {
    published = [];
    failsAtPage = Infinity;
  });
  afterEach(async () => {
    await backend.store.markSent((await backend.store.unsent(ALL)).map(({ id }) => id));
    await backend.store.removeSent({ olderThanMs: -60_000, limit: ALL });
  });
  afterAll(async () => {
    await backend.close();
  });

  const sink = {
    publish: async (events: readonly OutboxMessage[]) => {
      if ((failsAtPage -= 1) < 1) throw new Error('Redis is away');
      published.push(...events);
    },
  };
  const republish = async (options: Partial<RepublishOptions> = {}, pageSize = 4) => {
    const since = new Date(Date.now() - 60_000);
    const until = new Date(Date.now() + 60_000);
    const republisher = new OutboxRepublisher({ store: backend.store, sink, pageSize });
    return republisher.republish({ since, until, ...options });
  };
  const commit = async (count: number, topic = 'tests.happened') =>
    backend.inTransaction(async () =>
      backend.outbox.addAll(
        Array.from({ length: count }, (_, n) => ({ topic, key: 'k', payload: n })),
      ),
    );
  const send = async (limit = ALL) =>
    backend.store.markSent((await backend.store.unsent(limit)).map(({ id }) => id));
  const ids = () => published.map(({ id }) => id);

  it('publishes what was sent, whole, in order, each once, and nothing unsent', async () => {
    const sent = await commit(11);
    const whole = await backend.store.unsent(ALL);
    await send(3);
    await send();
    await commit(2);
    const done = await republish();
    expect(done).toEqual({ read: 11, published: 11, position: undefined, done: true });
    expect(ids()).toEqual(sent);
    expect(published).toEqual(whole);
  });

  it('leaves the outbox as it is: it can be done again', async () => {
    const sent = await commit(5);
    await send();
    await republish();
    await republish();
    expect(ids()).toEqual([...sent, ...sent]);
    expect(await backend.store.lag()).toEqual({ pending: 0, oldestAgeMs: 0 });
  });

  it('does so for the topics that are named', async () => {
    await commit(5);
    const wanted = await commit(3, 'tests.wanted');
    await commit(5);
    await send();
    expect(await republish({ topics: ['tests.wanted'] })).toMatchObject({ read: 13, published: 3 });
    expect(ids()).toEqual(wanted);
  });

  it('tells of each page, and goes on from where an interrupted run was', async () => {
    const sent = await commit(10);
    await send();
    failsAtPage = 3;
    const told: RepublishProgress[] = [];
    const onProgress = async (progress: RepublishProgress) => void told.push(progress);
    await expect(republish({ onProgress })).rejects.toThrow('Redis is away');
    expect(told.map(({ read }) => read)).toEqual([4, 8]);
    expect(ids()).toEqual(sent.slice(0, 8));

    failsAtPage = Infinity;
    const rest = await republish({ after: told.at(-1)?.position });
    expect(rest).toEqual({ read: 2, published: 2, position: undefined, done: true });
    expect(ids()).toEqual(sent);
  });

  it('stops between two pages when it is told to, and says where', async () => {
    const sent = await commit(10);
    await send();
    const stop = new AbortController();
    const stopped = await republish({ signal: stop.signal, onProgress: () => stop.abort() });
    expect(stopped).toMatchObject({ read: 4, published: 4, done: false });
    await republish({ after: stopped.position });
    expect(ids()).toEqual(sent);
  });

  it('does not wait for ever for a sink that hangs', async () => {
    await commit(1);
    await send();
    const hanging = { publish: async () => new Promise<never>(() => {}) };
    const republisher = new OutboxRepublisher({
      store: backend.store,
      sink: hanging,
      publishTimeoutMs: 50,
    });
    const since = new Date(Date.now() - 60_000);
    const until = new Date(Date.now() + 60_000);
    await expect(republisher.republish({ since, until })).rejects.toMatchObject({
      code: 'store_deadline',
    });
  });

  it.each([{ pageSize: 0 }, { publishTimeoutMs: 1.5 }])('refuses %j', (options) => {
    expect(() => new OutboxRepublisher({ store: backend.store, sink, ...options })).toThrow(
      /^messaging.outbox.\w+: got .*; takes a whole number/,
    );
  });
});
