import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { resolveMessagingOptions } from '../../src/messaging.options.js';
import { GroupMembership } from '../../src/transport/consumer/group-membership.js';
import { PartitionGroup } from '../../src/transport/consumer/partition-group.js';
import { claimLayout } from '../../src/transport/event-scripts.js';
import { MessagingConnections } from '../../src/transport/messaging-connections.js';
import { Platform } from './platform.js';
import { randomFrom } from './random.js';

const publisher = 'users';
const group = 'content';
const leaseMs = 1_500;

describe('membership of a group', () => {
  let platform: Platform;
  let connections: MessagingConnections;
  let names: number;
  const member = (options: { leaseMs?: number; name?: string } = {}) => {
    names += 1;
    const identity = { publisher, group, member: options.name ?? `m${names}` };
    return new GroupMembership({
      group: new PartitionGroup(identity, connections, platform.store.prefix),
      leaseMs: options.leaseMs ?? leaseMs,
      onDelivery: () => undefined,
      onOwned: () => undefined,
    });
  };
  const layOut = async (partitions: number) =>
    claimLayout(platform.redis, [platform.keys.events(publisher)], [partitions]);
  const renewAll = async (...members: GroupMembership[]) => {
    for (const one of members) await one.renew();
  };
  const owned = (one: GroupMembership) =>
    one.all.map(({ partition }) => partition).toSorted((a, b) => a - b);
  const counts = (...members: GroupMembership[]) => members.map((one) => owned(one).length);
  /** Renews in turn until nothing changes any more. */
  const settle = async (...members: GroupMembership[]) => {
    for (let round = 0; round < 4; round += 1) await renewAll(...members);
  };

  beforeEach(async () => {
    platform = await Platform.create();
    const { url, prefix } = platform.store;
    const options = { redis: { url }, prefix, service: group };
    connections = new MessagingConnections(resolveMessagingOptions(options));
    await connections.start();
    names = 0;
  });

  afterEach(async () => {
    await connections.close();
    await platform.close();
  });

  it('should wait for the publisher to lay out its partitions', async () => {
    const one = member();
    await one.renew();
    expect(owned(one)).toEqual([]);
    expect(one.lease.holds).toBe(false);
    await layOut(4);
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
    await layOut(partitions);
    const members = Array.from({ length: count }, () => member());
    await settle(...members);
    expect(counts(...members).toSorted((a, b) => b - a)).toEqual(shares);
    expect(members.flatMap(owned).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: partitions }, (_, n) => n),
    );
    // What is shared out fairly stays where it is.
    const before = members.map(owned);
    await settle(...members);
    expect(members.map(owned)).toEqual(before);
  });

  it('should give all to those who join at once, none twice', async () => {
    await layOut(16);
    const members = [member(), member(), member(), member()];
    for (let round = 0; round < 6; round += 1) {
      await Promise.all(members.map(async (one) => one.renew()));
      const all = members.flatMap(owned);
      expect(new Set(all).size).toBe(all.length);
    }
    expect(counts(...members)).toEqual([4, 4, 4, 4]);
  });

  it('should leave to the others at once what a member had that leaves', async () => {
    await layOut(8);
    const [one, two] = [member({ leaseMs: 60_000 }), member({ leaseMs: 60_000 })];
    await settle(one, two);
    expect(counts(one, two)).toEqual([4, 4]);
    one.close();
    await one.leave();
    // As a handler does that still runs and asks for more time.
    await one.renew();
    await two.renew();
    expect(counts(one, two)).toEqual([0, 8]);
  });

  it('should take from a member that is silent for a lease, and from none that is not', async () => {
    await layOut(8);
    const [one, two] = [member(), member()];
    await settle(one, two);
    await sleep(leaseMs / 2);
    await two.renew();
    expect(counts(one, two)).toEqual([4, 4]);
    await eventually(async () => {
      await two.renew();
      expect(owned(two).length).toBe(8);
    });
    expect(one.lease.holds).toBe(false);
    // It comes back under its name, late: what it had is another's, until that lets go of it.
    await one.renew();
    expect(owned(one)).toEqual([]);
    await settle(two, one);
    expect(counts(one, two)).toEqual([4, 4]);
  });

  it('should leave a member what it has when it is late and nobody took it', async () => {
    await layOut(4);
    const one = member({ leaseMs: 100 });
    await one.renew();
    const before = one.all;
    await sleep(150);
    expect(one.lease.holds).toBe(false);
    await one.renew();
    expect(one.lease.holds).toBe(true);
    expect(one.all).toEqual(before);
    expect(one.all.every(({ closing }) => !closing.aborted)).toBe(true);
  });

  it('should declare nobody dead who may be late as all are: the server was away', async () => {
    await layOut(8);
    const [one, two] = [member({ leaseMs: 300 }), member({ leaseMs: 300 })];
    await settle(one, two);
    await sleep(400);
    await one.renew();
    await two.renew();
    expect(counts(one, two)).toEqual([4, 4]);
  });

  it('should recognise members when the membership is lost, before it gives anything out', async () => {
    await layOut(8);
    const [one, two, late] = [member(), member(), member()];
    await settle(one, two);
    const before = [owned(one), owned(two)];
    await platform.redis.del(platform.keys.membership(publisher, group));
    await late.renew();
    await renewAll(one, two);
    expect([owned(one), owned(two), owned(late)]).toEqual([...before, []]);
    expect(one.all.every(({ closing }) => !closing.aborted)).toBe(true);
    await eventually(async () => {
      await renewAll(one, two, late);
      expect(counts(one, two, late).toSorted((a, b) => a - b)).toEqual([2, 3, 3]);
    });
  });

  it('should let the later owner keep a partition when a failover lost the last writes', async () => {
    await layOut(2);
    const key = platform.keys.membership(publisher, group);
    const [one, two] = [member(), member()];
    await one.renew();
    const earlier = await platform.redis.hgetall(key);
    await settle(one, two);
    expect(counts(one, two)).toEqual([1, 1]);
    const before = [owned(one), owned(two)];
    // In what is left, the first member owns both.
    await platform.redis.multi().del(key).hset(key, earlier).exec();
    await renewAll(one, two);
    expect([owned(one), owned(two)]).toEqual(before);
  });

  it('should go on when all is lost', async () => {
    await layOut(4);
    const [one, two] = [member(), member()];
    await settle(one, two);
    const { keys, redis } = platform;
    const streams = await platform.streams(publisher);
    await redis.del(keys.layout(publisher), keys.membership(publisher, group), ...streams);
    await renewAll(one, two);
    expect(await redis.hget(keys.layout(publisher), 'partitions')).toBe('4');
    expect(counts(one, two)).toEqual([2, 2]);
  });

  it('should refuse whatever a former owner asks for, and leave it to the new one', async () => {
    await layOut(1);
    const one = member({ leaseMs: 100 });
    await one.renew();
    const [former] = one.all;
    await sleep(150);
    const two = member({ leaseMs: 60_000 });
    await two.renew();
    const [owner] = two.all;
    assert.ok(former && owner);
    const stream = platform.keys.partition(publisher, 0);
    const entryId = (await platform.redis.xadd(stream, '*', 'key', 'a')) ?? '';

    // As a process would that was frozen in between and knows nothing of it.
    const refused = await former.group.read(platform.redis, { partitions: [former], count: 10 });
    expect(refused).toMatchObject({ lost: [0], entries: new Map() });
    const read = await owner.group.read(platform.redis, { partitions: [owner], count: 10 });
    expect(read.entries.get(0)).toMatchObject([{ entryId }]);
    expect(await former.group.takeOver(former, { after: '', count: 10 })).toBeUndefined();
    expect(await former.group.recordAttempt(former, entryId, 4)).toBe(false);
    expect(await former.group.bury(former, entryId, ['key', 'a'])).toBeUndefined();
    await former.group.giveBack(former, new Map([[entryId, 0]]));

    const pending = await platform.redis.xpending(stream, group, '-', '+', 10);
    expect(pending).toMatchObject([[entryId, owner.group.identity.member, expect.any(Number), 1]]);
    expect(await platform.deadLetters(publisher, group)).toEqual([]);
  });

  it('should read nothing after a read whose answer was lost, until that is taken over', async () => {
    await layOut(1);
    const one = member();
    await one.renew();
    const [owner] = one.all;
    assert.ok(owner);
    const stream = platform.keys.partition(publisher, 0);
    const add = async () => (await platform.redis.xadd(stream, '*', 'key', 'a')) ?? '';
    const read = async () => owner.group.read(platform.redis, { partitions: [owner], count: 10 });
    const first = await add();
    await read();
    const second = await add();
    expect(await read()).toMatchObject({ behind: [0], entries: new Map() });
    await owner.takeOver(10);
    expect(owner.size).toBe(1);
    expect(owner.lastRead).toBe(first);
    expect((await read()).entries.get(0)).toMatchObject([{ entryId: second }]);
  });

  it('should follow another number of partitions', async () => {
    await layOut(4);
    const one = member();
    await one.renew();
    await platform.redis.hset(platform.keys.layout(publisher), 'partitions', 2);
    await one.renew();
    expect(owned(one)).toEqual([0, 1]);
    await platform.redis.hset(platform.keys.layout(publisher), 'partitions', 3);
    await one.renew();
    expect(owned(one)).toEqual([0, 1, 2]);
  });

  it.each([1, 2, 3, 4])(
    'should never have two owners of a partition whose leases surely hold (seed %i)',
    async (seed) => {
      const random = randomFrom(seed);
      const shortMs = 120;
      await layOut(1 + random(9));
      let members = [member({ leaseMs: shortMs }), member({ leaseMs: shortMs })];
      /** Those that died count until their leases end: they may only be frozen. */
      const everybody = [...members];
      const pick = () => members[random(members.length)];
      const actions: (() => Promise<unknown>)[] = [
        async () => pick()?.renew(),
        async () => Promise.all(members.map(async (one) => one.renew())),
        async () => {
          members.push(member({ leaseMs: shortMs }));
          everybody.push(...members.slice(-1));
        },
        async () => sleep(random(shortMs * 1.5)),
        async () => {
          const one = pick();
          if (!one || members.length === 1) return;
          members = members.filter((other) => other !== one);
          one.close();
          if (random(2) === 0) await one.leave();
        },
        async () => {
          if (random(4) === 0) await platform.redis.del(platform.keys.membership(publisher, group));
        },
      ];
      for (let step = 0; step < 150; step += 1) {
        await actions[random(actions.length)]?.();
        const sure = everybody.filter(({ lease }) => lease.holds).flatMap(owned);
        expect(new Set(sure).size).toBe(sure.length);
      }
      await eventually(async () => {
        await renewAll(...members);
        const all = members.flatMap(owned).length;
        expect(all).toBe((await platform.streams(publisher)).length);
      });
    },
  );
});
