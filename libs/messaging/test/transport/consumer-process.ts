// A replica of `content` as a process of its own, to be killed or stopped by a test. Argument: a
// JSON of what it should do. It prints a line when it is ready, and one for each message it begins.
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';

import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';

import { createRedis, whenReady } from '@trilith/redis';

import type { MessagingOptions, RedisStreamsContext } from '../../src/index.js';
import { startService } from './service-for-test.js';

/** What the process is told. */
export interface ConsumerProcessInput {
  readonly options: MessagingOptions;
  /** What its handlers do: never end, kill their process, or leave a mark of each event. */
  readonly behaviour: 'hang' | 'die' | 'mark';
  /** Where marks are left; by default in the messages' Redis. */
  readonly marksUrl?: string;
}

/** An event that leaves a mark: `<key> <step>` at the end of the list `marks:<prefix>`. */
export interface MarkedStep {
  readonly key: string;
  readonly step: number;
  /** How many attempts fail before one leaves the mark. */
  readonly failures: number;
}

const { options, behaviour, marksUrl } = JSON.parse(
  process.argv[2] ?? '{}',
) as ConsumerProcessInput;

const url = marksUrl ?? options.redis.url;
const redis = createRedis({ url, name: 'marks', commandTimeoutMs: 30_000 });

async function misbehave(): Promise<void> {
  if (behaviour === 'die') process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
}

@Controller()
class MisbehavingController {
  // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- chooses the overload
  @EventPattern<string>('steps')
  async onStep(@Payload() step: unknown, @Ctx() { attempt }: RedisStreamsContext): Promise<void> {
    process.stdout.write(`begun ${JSON.stringify(step)} attempt ${attempt}\n`);
    await misbehave();
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- chooses the overload
  @EventPattern<string>('marked')
  async onMarked(
    @Payload() { key, step, failures }: MarkedStep,
    @Ctx() { attempt, id }: RedisStreamsContext,
  ): Promise<void> {
    await sleep(Math.random() * 10);
    if (attempt <= failures) throw new Error(`attempt ${attempt} of ${id} fails`);
    await redis.rpush(`marks:${options.prefix}`, `${key} ${step}`);
  }

  @MessagePattern('ask')
  async answer(@Payload() question: unknown): Promise<void> {
    process.stdout.write(`asked ${JSON.stringify(question)}\n`);
    await misbehave();
  }
}

await whenReady(redis, 30_000);
const service = await startService({ ...options, controllers: [MisbehavingController] });
process.on('SIGTERM', () => {
  void service.close().then(() => process.exit(0));
});
process.stdout.write('ready\n');
