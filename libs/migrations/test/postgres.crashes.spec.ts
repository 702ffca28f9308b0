import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GATE, Notes, WITHOUT } from './notes.js';
import { waitUntil } from './wait-until.js';

describe('a migration without a transaction that is cut off, or run by many', () => {
  let notes: Notes;

  beforeEach(async () => {
    notes = await Notes.create();
  });
  afterEach(async () => notes[Symbol.asyncDispose]());

  it('drops the invalid index that a killed runner left, and builds it again', async () => {
    notes.write({
      '0001_a.sql': `${WITHOUT}INSERT INTO journal (entry) VALUES ('before');
        CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Notes;Text" ON public.notes (text);
        INSERT INTO journal (entry) VALUES ('after');`,
    });
    const reader = await notes.openTransaction('SELECT FROM notes');
    await reader.query('INSERT INTO notes VALUES (0, NULL)');
    await notes.killWhileWaiting('CREATE UNIQUE INDEX');
    expect(await notes.indexes()).toEqual([{ name: '"Notes;Text"', valid: false }]);
    expect(await notes.ledger()).toMatchObject([
      { state: 'started', progress: { done: 1, attempted: true } },
    ]);
    await reader.query('COMMIT');
    await expect(notes.migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(await notes.indexes()).toEqual([{ name: '"Notes;Text"', valid: true }]);
    expect(await notes.database.journal()).toEqual(['before', 'after']);
    expect(notes.warnings).toEqual([
      expect.stringMatching(/"Notes;Text" was left invalid; dropping/),
    ]);
  });

  it('clears what a killed REINDEX left behind, and does it again', async () => {
    await notes.sql('CREATE INDEX notes_text ON notes (text)');
    notes.write({ '0001_a.sql': `${WITHOUT}REINDEX TABLE CONCURRENTLY notes;` });
    const writer = await notes.openTransaction('INSERT INTO notes VALUES (0, NULL)');
    await notes.killWhileWaiting('REINDEX TABLE');
    const left = await notes.indexes();
    expect(left).toContainEqual({ name: expect.stringMatching(/_ccnew$/), valid: false });
    await writer.query('COMMIT');
    await notes.migrator().up();
    expect(await notes.indexes()).toEqual([{ name: 'notes_text', valid: true }]);
  });

  it('finalises the detachment that a killed runner left half-way', async () => {
    await notes.sql(`CREATE TABLE events (at int) PARTITION BY RANGE (at);
       CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (2);`);
    notes.write({
      '0001_a.sql': `${WITHOUT}ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
        DROP TABLE events_1;`,
    });
    const reader = await notes.openTransaction('SELECT FROM events');
    await notes.killWhileWaiting('ALTER TABLE');
    const pending = await notes.sql('SELECT inhdetachpending AS pending FROM pg_inherits');
    expect(pending).toEqual([{ pending: true }]);
    await reader.query('COMMIT');
    await expect(notes.migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(await notes.sql('SELECT FROM pg_inherits')).toEqual([]);
    expect(notes.warnings).toEqual([expect.stringContaining('left half detached; finalising')]);
  });

  it('takes a statement for done that was, though its runner was killed before it could say so', async () => {
    notes.write({
      '0001_a.sql': `${WITHOUT}CREATE INDEX CONCURRENTLY notes_text ON notes (text);`,
    });
    const reader = await notes.openTransaction('INSERT INTO notes VALUES (0, NULL)');
    await notes.killWhileWaiting('CREATE INDEX');
    await reader.query('COMMIT');
    await notes.sql('DROP INDEX notes_text');
    await notes.sql('CREATE INDEX notes_text ON notes (text)');
    await expect(notes.migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(notes.warnings).toEqual([]);
  });

  it('is applied once by ten runners that start at once, and none is in the way of its build', async () => {
    notes.write({
      '0001_a.sql': `INSERT INTO journal (entry) VALUES ('a');`,
      '0002_b.sql': `${WITHOUT}CREATE INDEX CONCURRENTLY notes_text ON notes (text);
        ${GATE} INSERT INTO journal (entry) VALUES ('b');`,
      '0003_c.sql': `${WITHOUT}DROP INDEX CONCURRENTLY notes_text;
        CREATE INDEX CONCURRENTLY notes_id ON notes (id);`,
    });
    const runners = Array.from({ length: 10 }, async () => notes.migrator().up());
    // All others wait for the lock while the index is built and the gate is shut.
    await waitUntil(async () => (await notes.indexes()).some(({ valid }) => valid));
    await notes.database.openGate();
    const reports = await Promise.all(runners);
    expect(reports.map(({ applied }) => applied.length).toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 9 }, () => 0),
      3,
    ]);
    expect(await notes.database.journal()).toEqual(['a', 'b']);
    expect(await notes.indexes()).toEqual([{ name: 'notes_id', valid: true }]);
    const deadlocks = await notes.sql<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(deadlocks).toEqual([{ deadlocks: '0' }]);
    expect(notes.warnings).toEqual([]);
  });

  it('would deadlock if the others blocked in the lock: what polling avoids is real', async () => {
    const [holder, blocked] = [
      await notes.openTransaction('SELECT 1'),
      await notes.openTransaction('SELECT 1'),
    ];
    await holder.query('COMMIT; SELECT pg_advisory_lock(1)');
    await blocked.query('COMMIT');
    const blocking = blocked.query('SELECT pg_advisory_lock(1)');
    blocking.catch(() => undefined);
    await notes.whileWaiting('SELECT pg_advisory_lock');
    const building = holder.query('CREATE INDEX CONCURRENTLY notes_text ON notes (text)');
    await expect(Promise.all([building, blocking])).rejects.toThrow('deadlock detected');
  });

  it('stops on a signal in the midst of a statement, and the next run goes on', async () => {
    notes.write({ '0001_a.sql': `${WITHOUT}INSERT INTO journal (entry) VALUES ('a'); ${GATE}` });
    const stop = new AbortController();
    const migrating = notes.migrator().up({ signal: stop.signal });
    migrating.catch(() => undefined);
    await waitUntil(async () => (await notes.database.journal()).length === 1);
    stop.abort();
    await expect(migrating).rejects.toMatchObject({ code: 'MIGRATION_ABORTED' });
    await notes.database.openGate();
    await expect(notes.migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(await notes.database.journal()).toEqual(['a']);
  });
});
