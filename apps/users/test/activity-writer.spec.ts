import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, faultyProxy } from '@trilith/testing';
import pg from 'pg';
import { v7 as uuid } from 'uuid';

import { ActivityWriter } from '../src/activity/activity-writer.js';
import { type ActivityStory, anEvent, startActivity } from './activity-story.js';
import { signedIn } from './users-app.js';

describe('activity is written', () => {
  let story: ActivityStory;
  let accountId: string;
  let pool: pg.Pool;
  const statements: number[] = [];

  /** Counts the events of each statement. */
  const counting = (): pg.Pool => {
    statements.length = 0;
    const query = async (text: string, values: unknown[]) => {
      statements.push((values[0] as unknown[]).length);
      return pool.query(text, values);
    };
    return { query } as unknown as pg.Pool;
  };

  beforeAll(async () => {
    story = await startActivity();
    ({ id: accountId } = await signedIn(story.app));
    pool = new pg.Pool({ connectionString: story.stores.databaseUrl, max: 2 });
    pool.on('error', () => undefined);
  });
  afterAll(async () => {
    await pool?.end();
    await story?.close();
  });

  it('in batches: what comes while one is under way is the next', async () => {
    const writer = new ActivityWriter(counting(), { batch: 100, waiting: 1_000 });
    const events = Array.from({ length: 250 }, () => anEvent(accountId));
    await Promise.all(events.map(async (each) => writer.record(each)));
    expect(statements).toEqual([100, 100, 50]);
    expect(await story.stored(accountId)).toEqual(
      expect.arrayContaining(events.map(({ id }) => id)),
    );
  });

  it('before it is acknowledged', async () => {
    const writer = new ActivityWriter(pool);
    const one = anEvent(accountId);
    await writer.record(one);
    expect(await story.stored(accountId)).toContain(one.id);
  });

  it('also when the service is told to stop, up to the last event', async () => {
    const writer = new ActivityWriter(counting(), { batch: 10, waiting: 1_000 });
    const events = Array.from({ length: 95 }, () => anEvent(accountId));
    const recorded = events.map(async (each) => writer.record(each));
    await writer.onApplicationShutdown();
    expect(await story.stored(accountId)).toEqual(
      expect.arrayContaining(events.map(({ id }) => id)),
    );
    await Promise.all(recorded);
  });

  it('as far as there is room: beyond, it is refused at once with a 503', async () => {
    const writer = new ActivityWriter(pool, { batch: 5, waiting: 10 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, async () => writer.record(anEvent(accountId))),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ reason: { kind: 'unavailable', retryAfterSeconds: 1 } });
    await writer.record(anEvent(accountId));
  });

  it('without the events that have no place, which fail no other', async () => {
    const writer = new ActivityWriter(pool);
    const good = [anEvent(accountId), anEvent(accountId)];
    const homeless = anEvent(accountId, { occurredAt: new Date('1999-01-01T00:00:00Z') });
    const orphan = anEvent(uuid());
    await Promise.all([good[0], homeless, orphan, good[1]].map(async (e) => e && writer.record(e)));
    const ids = await story.stored(accountId);
    expect(ids).toEqual(expect.arrayContaining(good.map(({ id }) => id)));
    expect(ids).not.toContain(homeless.id);
    expect(await story.stored(orphan.accountId)).toEqual([]);
  });

  it('or told to be not, when the database is away, and then once when it is tried again', async () => {
    const network = await faultyProxy(story.stores.databaseUrl);
    const far = new pg.Pool({ connectionString: network.url, connectionTimeoutMillis: 5_000 });
    far.on('error', () => undefined);
    const writer = new ActivityWriter(far);
    const one = anEvent(accountId);
    network.cut();
    await expect(writer.record(one)).rejects.toThrow(/ECONN|terminated/);
    network.heal();
    await eventually(async () => writer.record(one));
    await writer.record(one);
    expect((await story.stored(accountId)).filter((id) => id === one.id)).toHaveLength(1);
    await far.end();
    await network.close();
  });

  it('however soon one comes after the last of the others', async () => {
    const writer = new ActivityWriter(pool);
    for (let turns = 0; turns < 20; turns += 1) {
      await writer.record(anEvent(accountId));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      await writer.record(anEvent(accountId));
    }
  });
});
