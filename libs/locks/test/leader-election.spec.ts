import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { LeaderElection, LockLostError } from '../src/index.js';
import { type TestRedis, openRedis } from './redis.js';

describe('LeaderElection', () => {
  let test: TestRedis;

  beforeAll(async () => {
    test = await openRedis();
  });
  afterAll(async () => {
    await test.close();
  });

  const leadersOf = (elections: readonly LeaderElection[]) =>
    elections.filter(({ isLeader }) => isLeader);

  it('has one leader, and another when that one stops', async () => {
    const { locks } = test;
    const elections = [1, 2, 3].map(() => new LeaderElection({ locks, name: 'one' }));
    for (const election of elections) election.start();
    await eventually(() => expect(leadersOf(elections)).toHaveLength(1));
    const [first] = leadersOf(elections);
    const token = first?.lease?.fencingToken ?? 0n;
    await first?.stop();
    expect(first?.isLeader).toBe(false);
    await eventually(() => expect(leadersOf(elections)).toHaveLength(1));
    expect(leadersOf(elections)[0]).not.toBe(first);
    expect(leadersOf(elections)[0]?.lease?.fencingToken).toBeGreaterThan(token);
    await Promise.all(elections.map(async (election) => election.stop()));
    expect(await test.redis.exists(test.lockKey('leader:one'))).toBe(0);
  });

  it('tells the work of a leader to end when it stops, and waits for that', async () => {
    const { locks } = test;
    const done: string[] = [];
    const election = new LeaderElection({
      locks,
      name: 'work',
      lead: async (lease, signal) => {
        done.push(`begun under ${lease.resource}`);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        done.push('ended');
      },
    });
    election.start();
    await eventually(() => expect(done).toHaveLength(1));
    await election.stop();
    expect(done).toEqual(['begun under leader:work', 'ended']);
  });

  it('is over for a leader that lost its lease, which then stands again', async () => {
    const { locks } = test;
    const reasons: unknown[] = [];
    await using election = new LeaderElection({
      locks,
      name: 'lost',
      ttlMs: 300,
      lead: async (lease, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        reasons.push(lease.signal.reason);
      },
    });
    election.start();
    await eventually(() => expect(election.isLeader).toBe(true));
    await test.redis.set(test.lockKey('leader:lost'), 'another', 'PX', 600);
    await eventually(() => expect(reasons[0]).toBeInstanceOf(LockLostError));
    await eventually(() => expect(election.isLeader).toBe(true));
  });

  it('passes on when the work of a leader fails, and says why', async () => {
    const { locks } = test;
    const failure = new Error('cannot lead');
    const errors: unknown[] = [];
    await using failing = new LeaderElection({
      locks,
      name: 'failing',
      retryMs: 50,
      lead: async () => {
        // With the other one already waiting.
        await eventually(async () => expect(await test.waiting('leader:failing')).toBe(1));
        throw failure;
      },
      onError: (error) => errors.push(error),
    });
    failing.start();
    await eventually(() => expect(failing.isLeader).toBe(true));
    await using other = new LeaderElection({ locks, name: 'failing' });
    other.start();
    await eventually(() => expect(other.isLeader).toBe(true));
    expect(errors).toEqual([failure]);
    expect(failing.isLeader).toBe(false);
  });

  it('goes on trying while there is no lock to be had', async () => {
    const { locks } = test;
    let refusals = 2;
    const errors: unknown[] = [];
    await using election = new LeaderElection({
      locks: {
        acquire: async (...args) => {
          refusals -= 1;
          if (refusals >= 0) throw new Error('no Redis');
          return locks.acquire(...args);
        },
      },
      name: 'trying',
      retryMs: 10,
      onError: (error) => errors.push(error),
    });
    election.start();
    await eventually(() => expect(election.isLeader).toBe(true));
    expect(errors).toHaveLength(2);
  });
});
