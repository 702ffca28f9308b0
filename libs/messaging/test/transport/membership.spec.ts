import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { GroupMembers, counts, owned, settle } from './group-members.js';

describe('membership of a group', () => {
  let members: GroupMembers;

  beforeEach(async () => {
    members = await GroupMembers.create();
  });
  afterEach(async () => {
    await members.close();
  });

  it('should wait for the publisher to lay out its partitions', async () => {
    const one = members.member();
    await one.renew();
    expect(owned(one)).toEqual([]);
    expect(one.lease.holds).toBe(false);
    await members.layOut(4);
    await one.renew();
    expect(owned(one)).toEqual([0, 1, 2, 3]);
    expect(one.lease.holds).toBe(true);
  });

  it.each([
    [16, 1, [16]],
    [16, 3, [6, 5, 5]],
    [16, 16, Array.from({ length: 16 }, () => 1)],
    [2, 3, [1, 1, 0]],
    [1, 2, [1, 0]],
  ])('should share %i partitions among %i members', async (partitions, count, shares) => {
    await members.layOut(partitions);
    const everybody = Array.from({ length: count }, () => members.member());
    await settle(...everybody);
    expect(counts(...everybody).toSorted((a, b) => b - a)).toEqual(shares);
    expect(everybody.flatMap(owned).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: partitions }, (_, n) => n),
    );
    // What is shared out fairly stays where it is.
    const before = everybody.map(owned);
    await settle(...everybody);
    expect(everybody.map(owned)).toEqual(before);
  });

  it('should give all to those who join at once, none twice', async () => {
    await members.layOut(16);
    const everybody = [members.member(), members.member(), members.member(), members.member()];
    for (let round = 0; round < 6; round += 1) {
      await Promise.all(everybody.map(async (one) => one.renew()));
      const all = everybody.flatMap(owned);
      expect(new Set(all).size).toBe(all.length);
    }
    expect(counts(...everybody)).toEqual([4, 4, 4, 4]);
  });

  it('should leave to the others at once what a member had that leaves', async () => {
    await members.layOut(8);
    const [one, two] = [members.member({ leaseMs: 60_000 }), members.member({ leaseMs: 60_000 })];
    await settle(one, two);
    expect(counts(one, two)).toEqual([4, 4]);
    one.close();
    await one.leave();
    // As a handler does that still runs and asks for more time.
    await one.renew();
    await two.renew();
    expect(counts(one, two)).toEqual([0, 8]);
  });

  it('should follow another number of partitions', async () => {
    await members.layOut(4);
    const one = members.member();
    await one.renew();
    await members.platform.redis.hset(
      members.platform.keys.layout(members.publisher),
      'partitions',
      2,
    );
    await one.renew();
    expect(owned(one)).toEqual([0, 1]);
    await members.platform.redis.hset(
      members.platform.keys.layout(members.publisher),
      'partitions',
      3,
    );
    await one.renew();
    expect(owned(one)).toEqual([0, 1, 2]);
  });
});
