// A replica of `content` as a process of its own, to be killed or stopped by a test. Argument: a
// JSON of what it should do. It prints a line when it is ready, and one for each message it begins.
import 'reflect-metadata';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';

import type { MessagingOptions, RedisStreamsContext } from '../../src/index.js';
import { startService } from './service-for-test.js';

/** What the process is told. */
export interface ConsumerProcessInput {
  readonly options: MessagingOptions;
  /** What its handlers do: never end, or kill their process. */
  readonly behaviour: 'hang' | 'die';
}

const { options, behaviour } = JSON.parse(process.argv[2] ?? '{}') as ConsumerProcessInput;

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

  @MessagePattern('ask')
  async answer(@Payload() question: unknown): Promise<void> {
    process.stdout.write(`asked ${JSON.stringify(question)}\n`);
    await misbehave();
  }
}

const service = await startService({ ...options, controllers: [MisbehavingController] });
process.on('SIGTERM', () => {
  void service.close().then(() => process.exit(0));
});
process.stdout.write('ready\n');
