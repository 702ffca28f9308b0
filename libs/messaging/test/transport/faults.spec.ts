import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Injectable } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { isRedisUnavailable } from '@trilith/redis';
import { type FaultyProxy, eventually, faultyProxy } from '@trilith/testing';
import { firstValueFrom } from 'rxjs';

import { Platform } from './platform.js';
import type { ServiceForTest } from './service-for-test.js';

@Injectable()
class Story {
  readonly seen: number[] = [];
  behave: () => unknown = () => undefined;
}

@Controller()
class StoryController {
  constructor(private readonly story: Story) {}

  @EventPattern('steps')
  async onStep(@Payload() step: number): Promise<void> {
    await this.story.behave();
    this.story.seen.push(step);
  }

  @MessagePattern('echo')
  echo(@Payload() payload: unknown): unknown {
    return payload;
  }
}

const failureOf = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('while Redis is away', () => {
  let platform: Platform;
  let proxy: FaultyProxy;
  /** Reaches Redis through the proxy; sends and receives. */
  let service: ServiceForTest;
  /** Has a connection of its own. */
  let outside: ServiceForTest;
  let statuses: string[];
  const redis = () => ({ url: proxy.url, commandTimeoutMs: 300 });
  const events = (...steps: number[]) =>
    steps.map((payload) => ({ topic: 'steps', key: `k${payload}`, payload }));
  const ask = async (text: string) =>
    firstValueFrom(service.client('content').send<string>('echo', text));
  const seen = () => service.get(Story).seen;

  beforeEach(async () => {
    platform = await Platform.create();
    proxy = await faultyProxy(platform.store.url);
    service = await platform.start({
      redis: redis(),
      service: 'content',
      subscribeTo: ['content', 'users'],
      asks: ['content'],
      controllers: [StoryController],
      providers: [Story],
    });
    outside = await platform.start({ service: 'users' });
    statuses = [];
    service.server.status.subscribe((status) => statuses.push(status));
    await ask('connected');
  });

  afterEach(async () => {
    proxy.heal();
    await platform.close();
    await proxy.close();
  });

  it.each(['cut', 'stall'] as const)(
    'should go on when a connection was %s and healed',
    async (fault) => {
      proxy[fault]();
      await outside.publisher.publish(events(1, 2, 3));
      await eventually(() => expect(statuses).toEqual(['connected', 'reconnecting']));
      proxy.heal();

      await eventually(() => expect(seen().toSorted((a, b) => a - b)).toEqual([1, 2, 3]));
      await eventually(async () => expect(await ask('again').catch(() => '')).toBe('again'));
      await eventually(async () => service.publisher.publish(events(4)));
      await eventually(() => expect(seen()).toContain(4));
      expect(statuses).toEqual(['connected', 'reconnecting', 'connected']);
    },
  );

  it('should fail what cannot be sent, rather than let it hang or send it later', async () => {
    proxy.cut();
    await eventually(() => expect(statuses).toContain('reconnecting'));
    expect(isRedisUnavailable(await failureOf(service.publisher.publish(events(1))))).toBe(true);
    expect(isRedisUnavailable(await failureOf(ask('anybody?')))).toBe(true);

    proxy.heal();
    await eventually(async () => service.publisher.publish(events(2)));
    await eventually(() => expect(seen()).toEqual([2]));
  });

  it('should answer a readiness check with no, and with yes afterwards', async () => {
    await service.server.ping();
    proxy.stall();
    await expect(service.server.ping(AbortSignal.timeout(50))).rejects.toThrow('aborted');
    await expect(service.server.ping()).rejects.toThrow('Command timed out');
    proxy.heal();
    await eventually(async () => service.server.ping());
  });

  it('should acknowledge when it is back what was handled meanwhile', async () => {
    const story = service.get(Story);
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    story.behave = async () => {
      begun.resolve();
      await gate.promise;
    };
    await outside.publisher.publish(events(1));
    await begun.promise;
    proxy.cut();
    await eventually(() => expect(statuses).toContain('reconnecting'));
    gate.resolve();
    await eventually(() => expect(seen()).toEqual([1]));
    proxy.heal();

    await eventually(async () => {
      expect(await platform.pending('users', 'content')).toBe(0);
    });
    expect(seen()).toEqual([1]);
  });

  it('should stop in good time', async () => {
    proxy.cut();
    await eventually(() => expect(statuses).toContain('reconnecting'));
    await service.close();
    expect(statuses.at(-1)).toBe('disconnected');
  });
});

describe('at the start', () => {
  it('should say in one line that Redis cannot be reached', async () => {
    const platform = await Platform.create();
    const started = platform.start({ redis: { url: 'redis://127.0.0.1:1' }, service: 'content' });
    await expect(started).rejects.toThrow(/^Redis at 127\.0\.0\.1:1 .*ECONNREFUSED/);
    await platform.close();
  });
});
