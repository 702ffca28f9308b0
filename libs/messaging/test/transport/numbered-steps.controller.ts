import { Controller, Injectable } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';

import { RedisStreamsContext } from '../../src/index.js';

/** What a replica was told, each step with its attempt. */
@Injectable()
export class Story {
  readonly seen: string[] = [];
  behave: (step: number, context: RedisStreamsContext) => unknown = () => undefined;
}

/** Handles steps that are numbers, as the story says, and answers questions with themselves. */
@Controller()
export class StoryController {
  constructor(private readonly story: Story) {}

  // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- chooses the overload
  @EventPattern<string>('steps')
  async onStep(@Payload() step: number, @Ctx() context: RedisStreamsContext): Promise<void> {
    await this.story.behave(step, context);
    this.story.seen.push(`${step} attempt ${context.attempt}`);
  }

  @MessagePattern('ask')
  answer(@Payload() question: unknown): unknown {
    this.story.seen.push(`asked ${JSON.stringify(question)}`);
    return question;
  }
}
