import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@trilith/testing';
import { GroupMembers, counts, leaseMs, owned, renewAll, settle } from './group-members.js';
import { randomFrom } from './random.js';

describe('membership of a group whose members or memory are lost', () => {
  let members: GroupMembers;

  beforeEach(async () => {
    members = await GroupMembers.create();
  });
  afterEach(async () => {
    await members.close();
  });

  it('should take from a member that is silent for a lease, and from none that is not', async () => {
    await members.layOut(8);
    const [one, two] = [members.member(), members.member()];
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
    await members.layOut(4);
    const one = members.member({ leaseMs: 100 });
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
    await members.layOut(8);
    const [one, two] = [members.member({ leaseMs: 300 }), members.member({ leaseMs: 300 })];
    await settle(one, two);
    await sleep(400);
    await one.renew();
    await two.renew();
    expect(counts(one, two)).toEqual([4, 4]);
  });

  it('should recognise members when the membership is lost, before it gives anything out', async () => {
    await members.layOut(8);
    const [one, two, late] = [members.member(), members.member(), members.member()];
    await settle(one, two);
    const before = [owned(one), owned(two)];
    await members.loseMembership();
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
    await members.layOut(2);
    const key = members.platform.keys.membership(members.publisher, members.group);
    const [one, two] = [members.member(), members.member()];
    await one.renew();
    const earlier = await members.platform.redis.hgetall(key);
    await settle(one, two);
    expect(counts(one, two)).toEqual([1, 1]);
    const before = [owned(one), owned(two)];
    // In what is left, the first member owns both.
    await members.platform.redis.multi().del(key).hset(key, earlier).exec();
    await renewAll(one, two);
    expect([owned(one), owned(two)]).toEqual(before);
  });

  it('should go on when all is lost', async () => {
    await members.layOut(4);
    const [one, two] = [members.member(), members.member()];
    await settle(one, two);
    const { keys, redis } = members.platform;
    const streams = await members.platform.streams(members.publisher);
    await redis.del(
      keys.layout(members.publisher),
      keys.membership(members.publisher, members.group),
      ...streams,
    );
    await renewAll(one, two);
    expect(await redis.hget(keys.layout(members.publisher), 'partitions')).toBe('4');
    expect(counts(one, two)).toEqual([2, 2]);
  });

  it('should refuse whatever a former owner asks for, and leave it to the new one', async () => {
    await members.layOut(1);
    const one = members.member({ leaseMs: 100 });
    await one.renew();
    const [former] = one.all;
    await sleep(150);
    const two = members.member({ leaseMs: 60_000 });
    await two.renew();
    const [owner] = two.all;
    assert.ok(former && owner);
    const stream = members.platform.keys.partition(members.publisher, 0);
    const entryId = (await members.platform.redis.xadd(stream, '*', 'key', 'a')) ?? '';

    // As a process would that was frozen in between and knows nothing of it.
    const refused = await former.group.read(members.platform.redis, {
      partitions: [former],
      count: 10,
    });
    expect(refused).toMatchObject({ lost: [0], entries: new Map() });
    const read = await owner.group.read(members.platform.redis, { partitions: [owner], count: 10 });
    expect(read.entries.get(0)).toMatchObject([{ entryId }]);
    expect(await former.group.takeOver(former, { after: '', count: 10 })).toBeUndefined();
    expect(await former.group.recordAttempt(former, entryId, 4)).toBe(false);
    expect(await former.group.bury(former, entryId, ['key', 'a'])).toBeUndefined();
    await former.group.giveBack(former, new Map([[entryId, 0]]));

    const pending = await members.platform.redis.xpending(stream, members.group, '-', '+', 10);
    expect(pending).toMatchObject([[entryId, owner.group.identity.member, expect.any(Number), 1]]);
    expect(await members.platform.deadLetters(members.publisher, members.group)).toEqual([]);
  });

  it('should keep the number of attempts over owners who took over and began none', async () => {
    await members.layOut(1);
    const { platform, publisher, group } = members;
    const stream = platform.keys.partition(publisher, 0);
    const entryId = (await platform.redis.xadd(stream, '*', 'key', 'a')) ?? '';
    const first = members.member({ leaseMs: 100 });
    await first.renew();
    const [begun] = first.all;
    assert.ok(begun);
    await begun.group.read(platform.redis, { partitions: [begun], count: 10 });
    expect(await begun.group.recordAttempt(begun, entryId, 3)).toBe(true);
    for (let owners = 0; owners < 2; owners += 1) {
      await sleep(150);
      const next = members.member({ leaseMs: 100 });
      await next.renew();
      const [owner] = next.all;
      assert.ok(owner);
      expect(await owner.group.takeOver(owner, { after: '', count: 10 })).toBeDefined();
      const pending = await platform.redis.xpending(stream, group, '-', '+', 10);
      const { member } = owner.group.identity;
      expect(pending).toEqual([[entryId, member, expect.any(Number), 3]]);
    }
  });

  it('should read nothing after a read whose answer was lost, until that is taken over', async () => {
    await members.layOut(1);
    const one = members.member();
    await one.renew();
    const [owner] = one.all;
    assert.ok(owner);
    const stream = members.platform.keys.partition(members.publisher, 0);
    const add = async () => (await members.platform.redis.xadd(stream, '*', 'key', 'a')) ?? '';
    const read = async () =>
      owner.group.read(members.platform.redis, { partitions: [owner], count: 10 });
    const first = await add();
    await read();
    const second = await add();
    expect(await read()).toMatchObject({ behind: [0], entries: new Map() });
    await owner.takeOver(10);
    expect(owner.size).toBe(1);
    expect(owner.lastRead).toBe(first);
    expect((await read()).entries.get(0)).toMatchObject([{ entryId: second }]);
  });

  it.each([1, 2, 3, 4])(
    'should never have two owners of a partition whose leases surely hold (seed %i)',
    async (seed) => {
      const random = randomFrom(seed);
      const shortMs = 120;
      await members.layOut(1 + random(9));
      let living = [members.member({ leaseMs: shortMs }), members.member({ leaseMs: shortMs })];
      /** Those that died count until their leases end: they may only be frozen. */
      const everybody = [...living];
      const pick = () => living[random(living.length)];
      const actions: (() => Promise<unknown>)[] = [
        async () => pick()?.renew(),
        async () => Promise.all(living.map(async (one) => one.renew())),
        async () => {
          living.push(members.member({ leaseMs: shortMs }));
          everybody.push(...living.slice(-1));
        },
        async () => sleep(random(shortMs * 1.5)),
        async () => {
          const one = pick();
          if (!one || living.length === 1) return;
          living = living.filter((other) => other !== one);
          one.close();
          if (random(2) === 0) await one.leave();
        },
        async () => {
          if (random(4) === 0) await members.loseMembership();
        },
      ];
      for (let step = 0; step < 150; step += 1) {
        await actions[random(actions.length)]?.();
        const sure = everybody.filter(({ lease }) => lease.holds).flatMap(owned);
        expect(new Set(sure).size).toBe(sure.length);
      }
      await eventually(async () => {
        await renewAll(...living);
        const all = living.flatMap(owned).length;
        expect(all).toBe((await members.platform.streams(members.publisher)).length);
      });
    },
  );
});
