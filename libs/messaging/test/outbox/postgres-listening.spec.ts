import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import pg from 'pg';

import { PostgresOutboxStore } from '../../src/index.js';
import { ListeningOutbox } from './listening-outbox.js';
import { Pooler } from './pooler.js';

describe('listening for commits in PostgreSQL', () => {
  let outbox: ListeningOutbox;

  beforeEach(async () => {
    outbox = await ListeningOutbox.open();
  });
  afterEach(async () => {
    await outbox.close();
  });

  it('tells when a transaction commits, and of all its events in their order', async () => {
    const told: unknown[] = [];
    const listener = await outbox.listen((events) => void told.push(...(events ?? ['unknown'])));
    expect(await listener.arm()).toBe(true);
    const deliverAt = new Date('2030-01-02T03:04:05.678Z');
    const events = [1, null, { n: [1.5, 'ä"'] }].map((payload, n) => ({
      id: `0190C7A1-6F4E-7A10-8D53-2F1C9A6B3E7${n}`,
      topic: 't',
      key: 'k',
      payload,
      headers: { h: String(n) },
      ...(n === 1 && { deliverAt }),
    }));
    await outbox.backend.inTransaction(async () => {
      for (const event of events) await outbox.backend.outbox.add(event);
      // Its answer comes after whatever was told before.
      await listener.arm();
      expect(told).toEqual([]);
    });
    await eventually(() => expect(told).toHaveLength(3));
    // What is told is what a look would find.
    expect(told).toEqual(await outbox.backend.store.unsent(10));
  });

  it('tells only that there are events, where they are larger than a notice', async () => {
    const told: unknown[] = [];
    const listener = await outbox.listen((events) => void told.push(events?.length));
    expect(await listener.arm()).toBe(true);
    for (const payload of ['x'.repeat(8_000), 'ä'.repeat(4_000), 'x'.repeat(7_000)]) {
      await outbox.commit(payload);
    }
    await eventually(() => expect(told).toEqual([undefined, undefined, 1]));
  });

  it('is told of nothing while disarmed, so that commits need not wait for each other', async () => {
    let calls = 0;
    const listener = await outbox.listen(() => void (calls += 1));
    for (let n = 0; n < 5; n += 1) await outbox.commit();
    // Notices come in the order of commits: had any of the five sent one, there were more.
    expect(await listener.arm()).toBe(true);
    await outbox.commit();
    await eventually(() => expect(calls).toBe(1));
    listener.disarm();
    expect(await listener.arm()).toBe(true);
    expect(calls).toBe(1);
  });

  it('cannot be armed while a transaction is open that will not tell of its commit', async () => {
    const listener = await outbox.listen(() => undefined);
    const added = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const open = outbox.backend.inTransaction(async () => {
      const id = await outbox.add();
      added.resolve();
      await mayCommit.promise;
      return id;
    });
    await added.promise;
    expect(await listener.arm()).toBe(false);
    mayCommit.resolve();
    const id = await open;
    expect(await listener.arm()).toBe(true);
    expect((await outbox.backend.store.unsent(10)).map((message) => message.id)).toEqual([id]);
  });

  it('leaves nobody telling when a sleeper dies', async () => {
    let calls = 0;
    const bystander = await outbox.listen(() => void (calls += 1));
    const sleeper = await outbox.listen(() => undefined);
    expect(await sleeper.arm()).toBe(true);
    await outbox.commit();
    await eventually(() => expect(calls).toBe(1));

    const [pid] = await outbox.listeners();
    await outbox.terminate(pid);
    await expect(sleeper.ended).rejects.toThrow('ended');
    await eventually(async () => expect(await outbox.listeners()).toEqual([]));
    await outbox.commit();
    expect(await bystander.arm()).toBe(true);
    expect(calls).toBe(1);
  });

  it('hears of a transaction that began to tell a sleeper which died before it committed', async () => {
    const sleeper = await outbox.listen(() => undefined);
    expect(await sleeper.arm()).toBe(true);
    let calls = 0;
    await outbox.backend.inTransaction(async () => {
      await outbox.add();
      await sleeper.close();
      await eventually(async () => expect(await outbox.listeners()).toEqual([]));
      const successor = await outbox.listen(() => void (calls += 1));
      expect(await successor.arm()).toBe(true);
      expect(await outbox.backend.store.unsent(10)).toEqual([]);
    });
    await eventually(() => expect(calls).toBe(1));
  });

  it('does not concern another outbox in the same database', async () => {
    await outbox.admin.query('CREATE SCHEMA other; CREATE TABLE other.outbox (LIKE public.outbox)');
    const url = `${outbox.backend.location.url}?options=-c%20search_path%3Dother`;
    const pool = new pg.Pool({ connectionString: url });
    const other = new PostgresOutboxStore({ pool, current: () => undefined });
    let calls = 0;
    const neighbour = await outbox.listen(() => (calls += 1), other);
    const listener = await outbox.listen(() => undefined);
    expect(await listener.arm()).toBe(true);
    expect(await neighbour.arm()).toBe(true);
    await outbox.commit();
    await neighbour.arm();
    expect(calls).toBe(0);
    await pool.end();
  });

  it('refuses to listen through a pooler, and takes a direct connection for it', async () => {
    await using pooler = await Pooler.before(outbox.backend.location.url);
    await using pool = disposable(new pg.Pool({ connectionString: pooler.url }));
    const current = () => undefined;
    const pooled = new PostgresOutboxStore({ pool, current });
    await expect(pooled.listen(() => undefined)).rejects.toMatchObject({ code: 'pooled_listener' });

    const listener = { connectionString: outbox.backend.location.url };
    const direct = new PostgresOutboxStore({ pool, listener, current });
    let calls = 0;
    expect(await (await outbox.listen(() => (calls += 1), direct)).arm()).toBe(true);
    await outbox.commit();
    await eventually(() => expect(calls).toBe(1));

    const deaf = new PostgresOutboxStore({ pool, listener: false, current });
    expect(await deaf.listen(() => undefined)).toBeUndefined();
  });
});

function disposable(pool: pg.Pool): pg.Pool & AsyncDisposable {
  return Object.assign(pool, { [Symbol.asyncDispose]: async () => pool.end() });
}
