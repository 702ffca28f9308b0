import { setTimeout as sleep } from 'node:timers/promises';

import { Controller, Injectable } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { isRedisUnavailable } from '@trilith/redis';
import { firstValueFrom } from 'rxjs';
import { v7 as uuidv7 } from 'uuid';

import { type MessagingOptions, RedisStreamsContext } from '../../src/index.js';
import { type ServiceForTest, startService } from '../transport/service-for-test.js';

/** An event of a story: its place among those of its key. */
export interface Step {
  readonly key: string;
  readonly step: number;
}

/** An event as it is published: again under the same id, when it is not known whether it was. */
export interface PublishedStep extends Step {
  readonly id: string;
}

/** What a service was told, with repeats, in the order of its handling. */
@Injectable()
export class Story {
  readonly seen: PublishedStep[] = [];

  /** How often each event had an effect where an inbox keeps the ids. */
  get steps(): Map<string, Step> {
    return new Map(this.seen.map(({ id, key, step }) => [id, { key, step }]));
  }

  /** The steps of a key, each at its first time. */
  of(key: string): number[] {
    return [...this.steps.values()].filter((one) => one.key === key).map(({ step }) => step);
  }
}

@Controller()
class StoryController {
  constructor(private readonly story: Story) {}

  // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- chooses the overload
  @EventPattern<string>('steps')
  onStep(@Payload() step: Step, @Ctx() context: RedisStreamsContext): void {
    this.story.seen.push({ ...step, id: context.id });
  }

  @MessagePattern('double')
  double(@Payload() number: number): number {
    return 2 * number;
  }
}

/** A replica of a service that tells and hears stories, and doubles numbers. */
export class StoryTeller {
  private constructor(private readonly service: ServiceForTest) {}

  static async start(options: MessagingOptions): Promise<StoryTeller> {
    const service = await startService({
      leaseMs: 2_000,
      maxRetryDelayMs: 30_000,
      ...options,
      controllers: [StoryController],
      providers: [Story],
      asks: ['content'],
    });
    return new StoryTeller(service);
  }

  get story(): Story {
    return this.service.get(Story);
  }

  async double(number: number): Promise<number> {
    return firstValueFrom(this.service.client('content').send<number>('double', number));
  }

  /** @throws as EventPublisher does; nothing is repeated. */
  async tell(steps: readonly PublishedStep[]): Promise<void> {
    const events = steps.map(({ id, key, step }) => ({
      id,
      topic: 'steps',
      key,
      payload: { key, step },
    }));
    await this.service.publisher.publish(events);
  }

  /** As an outbox does: until it is known that they are kept. */
  async tellUntilKept(steps: readonly PublishedStep[]): Promise<void> {
    for (;;) {
      try {
        return await this.tell(steps);
      } catch (error) {
        if (!isRedisUnavailable(error)) throw error;
      }
      await sleep(50);
    }
  }

  async close(): Promise<void> {
    await this.service.close();
  }
}

/** Steps of one key, in their order. */
export function stepsOf(key: string, count: number, from = 0): PublishedStep[] {
  return Array.from({ length: count }, (_, index) => ({ id: uuidv7(), key, step: from + index }));
}
