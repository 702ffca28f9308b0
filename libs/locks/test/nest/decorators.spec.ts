import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Injectable, Module, SetMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually } from '@trilith/testing';

import { LockManager, LockTimeoutError } from '../../src/index.js';
import {
  LeaderElections,
  LocksModule,
  OnlyLeader,
  WithLock,
  WithoutOverlapping,
  currentLease,
} from '../../src/nest/index.js';
import { type TestRedis, openRedis } from '../redis.js';

/** A method that is under way until it is told to go on. */
class Gate {
  readonly opened = Promise.withResolvers<void>();
  entered = 0;

  async pass(): Promise<void> {
    this.entered += 1;
    await this.opened.promise;
  }
}

@Injectable()
class Posts {
  gate = new Gate();
  readonly ran: string[] = [];

  @WithLock('post:{id}', { waitMs: 0 })
  @SetMetadata('below', 'kept')
  async publish(id: string, by: string): Promise<string> {
    const lease = currentLease();
    await this.gate.pass();
    return `${by} published ${id} under ${lease?.resource}`;
  }

  @WithLock((post: { id: number }) => `post:${post.id}`, { waitMs: 0 })
  async remove(_post: { id: number }): Promise<void> {}

  @WithoutOverlapping()
  async report(): Promise<string> {
    await this.gate.pass();
    return `reported under ${currentLease()?.resource}`;
  }

  @WithoutOverlapping({ name: 'short', atLeastMs: 1_500 })
  async short(): Promise<string> {
    return 'ran';
  }

  @OnlyLeader({ name: 'mail' })
  async remind(): Promise<string> {
    return `reminded under ${currentLease()?.resource}`;
  }
}

async function start({ url, prefix }: TestRedis): Promise<INestApplicationContext> {
  @Module({
    imports: [
      LocksModule.forRootAsync({
        useFactory: async () => ({ connect: { url, name: 'locks-nest' }, prefix, label: 'nest' }),
      }),
    ],
    providers: [Posts],
  })
  class App {}
  return NestFactory.createApplicationContext(App, { logger: false });
}

describe('decorators', () => {
  let test: TestRedis;
  let apps: INestApplicationContext[];
  let one: Posts;
  let other: Posts;

  beforeAll(async () => {
    test = await openRedis();
    apps = [await start(test), await start(test)];
    [one, other] = apps.map((app) => app.get(Posts)) as [Posts, Posts];
    // They connect in the background.
    const ready = apps.map(async (app) =>
      eventually(async () => app.get(LockManager).withLock('ready', {}, async () => {})),
    );
    await Promise.all(ready);
  });
  afterAll(async () => {
    await Promise.all(apps.map(async (app) => app.close()));
    await test.close();
  });

  const begun = async ({ gate }: Posts) => eventually(() => expect(gate.entered).toBe(1));

  it('run a method under a lock named by its arguments', async () => {
    one.gate = new Gate();
    other.gate = new Gate();
    other.gate.opened.resolve();
    const publishing = one.publish('7', 'Ada');
    await begun(one);
    await expect(other.publish('7', 'Bob')).rejects.toBeInstanceOf(LockTimeoutError);
    await expect(other.remove({ id: 7 })).rejects.toBeInstanceOf(LockTimeoutError);
    expect(await other.publish('8', 'Bob')).toBe('Bob published 8 under post:8');
    one.gate.opened.resolve();
    expect(await publishing).toBe('Ada published 7 under post:7');
    await other.remove({ id: 7 });
  });

  it('keep a method’s name and what other decorators have said of it', () => {
    const { publish } = Posts.prototype as unknown as Record<string, () => void>;
    expect(publish?.name).toBe('publish');
    expect(Reflect.getMetadata('below', publish ?? {})).toBe('kept');
  });

  it('skip a run while another is under way, in whatever process', async () => {
    one.gate = new Gate();
    const running = one.report();
    await begun(one);
    expect(await other.report()).toBeUndefined();
    expect(await one.report()).toBeUndefined();
    one.gate.opened.resolve();
    expect(await running).toBe('reported under run:Posts.report');
    expect(await one.report()).toBe('reported under run:Posts.report');
  });

  it('skip a run for a while after one that was short', async () => {
    expect(await one.short()).toBe('ran');
    expect(await other.short()).toBeUndefined();
    expect(await test.redis.pttl(test.lockKey('run:short'))).toBeLessThanOrEqual(1_500);
    await eventually(async () => expect(await other.short()).toBe('ran'));
  });

  it('run a method at the leader only, and at the next when its application ends', async () => {
    const elected = () => apps.filter((app) => app.get(LeaderElections).of('mail').isLeader);
    await eventually(() => expect(elected()).toHaveLength(1));
    const results = await Promise.all([one.remind(), other.remind()]);
    expect(results.toSorted()).toEqual(['reminded under leader:mail', undefined]);
    const [leader] = elected();
    await leader?.close();
    apps = apps.filter((app) => app !== leader);
    await eventually(async () => {
      expect(await apps[0]?.get(Posts).remind()).toBe('reminded under leader:mail');
    });
  });

  it('need Nest, and say so', async () => {
    await expect(new Posts().short()).rejects.toThrow('Posts.short: made without Nest');
  });

  it('stop the boot when the module is missing', async () => {
    @Module({ providers: [Posts] })
    class Without {}
    const booting = NestFactory.createApplicationContext(Without, {
      logger: false,
      abortOnError: false,
    });
    await expect(booting).rejects.toThrow(/LockManager|LeaderElections/);
  });

  it('refuse a name that is no argument, before anything runs', () => {
    expect(() => {
      class Wrong {
        @WithLock('post:{slug}')
        async publish(_id: string): Promise<void> {}
      }
      return Wrong;
    }).toThrow('resource: got post:{slug}; takes arguments of the method (_id)');
  });
});
