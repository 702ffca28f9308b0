import {
  Catch,
  Controller,
  type ExceptionFilter,
  Injectable,
  type PipeTransform,
  UseFilters,
} from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type Observable, throwError, timer } from 'rxjs';
import { z } from 'zod';

import { RedisStreamsContext, Subscribe } from '../../src/index.js';

/** One event of a key. */
export interface Step {
  key: string;
  step: number;
}

export const postPublished = {
  name: 'posts.published',
  schema: z.object({ title: z.string().min(1), tags: z.array(z.string()).default([]) }),
};

/** What the handlers saw, and how they should behave. */
@Injectable()
export class Story {
  readonly seen: string[] = [];
  readonly contexts: RedisStreamsContext[] = [];
  running = 0;
  mostRunning = 0;
  /** Called for each step; may throw. */
  behave: (step: Step, context: RedisStreamsContext) => unknown = () => undefined;
}

@Injectable()
class ShoutPipe implements PipeTransform {
  transform(value: string): string {
    return typeof value === 'string' ? value.toUpperCase() : value;
  }
}

@Catch()
class MaskingFilter implements ExceptionFilter {
  catch(): Observable<never> {
    return throwError(() => ({ status: 'error', message: 'masked' }));
  }
}

/** A handler for each kind of event. */
@Controller()
@UseFilters(MaskingFilter)
export class StoryController {
  constructor(private readonly story: Story) {}

  // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- chooses the overload
  @EventPattern<string>('steps')
  async onStep(@Payload() step: Step, @Ctx() context: RedisStreamsContext): Promise<void> {
    const { story } = this;
    story.running += 1;
    story.mostRunning = Math.max(story.mostRunning, story.running);
    try {
      await story.behave(step, context);
      story.seen.push(`${step.key}${step.step}`);
      story.contexts.push(context);
    } finally {
      story.running -= 1;
    }
  }

  @Subscribe(postPublished)
  onPublished(@Payload() post: { title: string; tags: string[] }): void {
    this.story.seen.push(`${post.title} [${post.tags.join()}]`);
    if (post.title === 'poison') throw new Error('cannot stomach this');
  }

  // oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- chooses the overload
  @EventPattern<string>('streamed')
  onStreamed(): Observable<number> {
    this.story.seen.push('streamed');
    return timer(5);
  }

  @EventPattern('shout')
  onShout(@Payload(ShoutPipe) text: string): void {
    this.story.seen.push(text);
  }
}

/** Handles what another handles, too. */
@Controller()
export class SecondController {
  constructor(private readonly story: Story) {}

  @EventPattern('shout')
  onShout(@Payload() text: string): void {
    this.story.seen.push(`second: ${text}`);
  }
}

/** The first `count` events of a key. */
export function steps(key: string, count: number) {
  return Array.from({ length: count }, (_, step) => ({
    topic: 'steps',
    key,
    payload: { key, step: step + 1 },
  }));
}
