import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '@nestjs/common';

import { ConsumersLostError, HandlerTimeoutError } from '../../messaging.errors.js';
import type { MessageHeaders, ResolvedMessagingOptions } from '../../messaging.options.js';
import type { FailureKind } from '../failure-kind.js';
import { HandlerFailure, describeError } from '../failure.js';
import { type EventMessage, readEvent } from '../message.js';
import type { MessageDelivery } from '../redis-streams.context.js';
import type { ConcurrencyLimit } from './concurrency-limit.js';
import { deadLetterFields } from './dead-letter.js';
import { DeadlineTimer } from './deadline-timer.js';
import type { Delivery } from './delivery.js';
import type { GroupMembership } from './group-membership.js';
import { HandlerDeadline } from './handler-deadline.js';
import { untilDone } from './until-done.js';

/** What handles events. */
export interface EventHandling {
  /** What is not is acknowledged and forgotten. */
  isHandled(topic: string): boolean;
  /** Rejects when the event could not be handled. */
  dispatch(event: EventMessage, delivery: MessageDelivery): Promise<void>;
}

export interface DeliveryRunnerParts {
  readonly options: ResolvedMessagingOptions;
  readonly limit: ConcurrencyLimit;
  readonly handling: EventHandling;
  /** Aborts when no command is to be repeated any more. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

/** How an attempt ended; `left`: the event is no longer this member's concern. */
type Outcome = 'done' | 'left' | { readonly error: unknown; readonly kind: FailureKind };

const leasePauseMs = 50;

/** Takes a delivery to its end: handled, buried, or left to the partition's next owner. */
export class DeliveryRunner {
  private readonly deadlines = new DeadlineTimer();

  constructor(private readonly parts: DeliveryRunnerParts) {}

  /** Never rejects. Resolves to whether the event is to be acknowledged. */
  async run(delivery: Delivery, membership: GroupMembership): Promise<boolean> {
    try {
      const event = this.read(delivery);
      if (!(event instanceof Error)) return await this.runAttempts(event, delivery, membership);
      await this.bury(delivery, event);
    } catch (error) {
      // The process stops: the partition's next owner takes it up.
      if (!delivery.isOver) this.parts.logger.error(error);
    }
    return false;
  }

  private read(delivery: Delivery): EventMessage | Error {
    try {
      return readEvent(delivery.entry);
    } catch (error) {
      return error as Error;
    }
  }

  private async runAttempts(
    event: EventMessage,
    delivery: Delivery,
    membership: GroupMembership,
  ): Promise<boolean> {
    const { options, limit, handling } = this.parts;
    if (isForOthers(delivery) || !handling.isHandled(event.topic)) return true;
    // That it was read counts as an attempt, which may not have begun: a second is always made.
    if (delivery.attempt > Math.max(options.maxAttempts, 2)) {
      const lost = new ConsumersLostError(event.topic, delivery.attempt - 1);
      return this.bury(delivery, lost, event.headers);
    }
    for (let failures = 1; ; failures += 1) {
      const outcome = await limit.run(() => this.attempt(event, delivery, membership));
      if (outcome === 'left') return false;
      if (outcome === 'done') return true;
      const { error, kind } = outcome;
      const isLast = kind === 'retry' && delivery.attempt >= options.maxAttempts;
      if (kind === 'permanent' || isLast) return this.bury(delivery, error, event.headers);
      await this.waitForRetry(event, delivery, { error, failures });
      delivery.failed({ counts: kind === 'retry' });
    }
  }

  private async attempt(
    event: EventMessage,
    delivery: Delivery,
    membership: GroupMembership,
  ): Promise<Outcome> {
    if (delivery.isOver) return 'left';
    if (!delivery.isRecorded && !(await this.untilDone(async () => delivery.record())))
      return 'left';
    // Nothing may come between this look at the clock and the handler: a frozen process finds here,
    // when it goes on, that another may own the partition.
    while (!delivery.isOver && !membership.lease.holds) await pause(leasePauseMs, delivery);
    if (delivery.isOver) return 'left';
    return this.handle(event, delivery, membership);
  }

  private async handle(
    event: EventMessage,
    delivery: Delivery,
    membership: GroupMembership,
  ): Promise<Outcome> {
    const { options, handling } = this.parts;
    const { observer, handlerTimeoutMs } = options;
    const facts = { kind: 'event', topic: event.topic, attempt: delivery.attempt } as const;
    const startedAt = performance.now();
    const deadline = new HandlerDeadline(this.deadlines, () => {
      return new HandlerTimeoutError(event.topic, handlerTimeoutMs);
    });
    delivery.begin(deadline);
    try {
      deadline.set(handlerTimeoutMs);
      const context = this.contextOf(event, delivery, { deadline, membership });
      await deadline.race(handling.dispatch(event, context));
      observer.handled?.({ ...facts, durationMs: performance.now() - startedAt });
      return 'done';
    } catch (error) {
      const failure = this.classify(error);
      observer.failed?.({ ...facts, error: failure.error });
      return delivery.isGivenUp ? 'left' : failure;
    } finally {
      deadline.clear();
    }
  }

  private classify(failure: unknown): { error: unknown; kind: FailureKind } {
    const { kindOfFailure } = this.parts.options;
    if (!(failure instanceof HandlerFailure))
      return { error: failure, kind: kindOfFailure(failure) };
    const { thrown, told } = failure;
    const kind = kindOfFailure(thrown);
    return { error: thrown, kind: kind === 'retry' ? kindOfFailure(told) : kind };
  }

  private contextOf(
    event: EventMessage,
    delivery: Delivery,
    { deadline, membership }: { deadline: HandlerDeadline; membership: GroupMembership },
  ): MessageDelivery {
    const { handlerTimeoutMs } = this.parts.options;
    return {
      id: event.id,
      topic: event.topic,
      headers: event.headers,
      key: event.key,
      attempt: delivery.attempt,
      stream: delivery.partition.stream,
      entryId: delivery.entryId,
      deadline,
      extend: async (ms = handlerTimeoutMs) => {
        await membership.renew();
        deadline.signal.throwIfAborted();
        deadline.set(ms);
      },
    };
  }

  private async waitForRetry(
    event: EventMessage,
    delivery: Delivery,
    { error, failures }: { error: unknown; failures: number },
  ): Promise<void> {
    const { options } = this.parts;
    const delayMs = retryDelayMs(failures, options);
    await this.log(
      'warn',
      `${event.topic} ${event.id}: attempt ${delivery.attempt} of ${options.maxAttempts} failed, ` +
        `next in ${delayMs} ms: ${describeError(error).message}`,
      event.headers,
    );
    options.observer.retried?.({ topic: event.topic, delayMs });
    await pause(delayMs, delivery);
  }

  /**
   * Resolves to false: the dead letter's script has acknowledged the event.
   * @param headers none of an entry that cannot be read.
   */
  private async bury(
    delivery: Delivery,
    error: unknown,
    headers: MessageHeaders = {},
  ): Promise<false> {
    const { options } = this.parts;
    const { partition, entry, entryId } = delivery;
    const { group } = partition;
    const topic = entry.field('topic') ?? '';
    const fields = deadLetterFields(delivery, error);
    const letterId = await this.untilDone(async () => group.bury(partition, entryId, fields));
    if (letterId === undefined) return false;
    options.observer.deadLettered?.({ topic, error });
    await this.log(
      'error',
      `${topic} ${entry.field('id')} became dead letter ${letterId} of ${group.deadLetters} ` +
        `after ${delivery.attempt} attempts: ${describeError(error).message}`,
      headers,
    );
    return false;
  }

  /** In the message's context: the line carries its correlation id, as those of its handler do. */
  private async log(level: 'warn' | 'error', line: string, headers: MessageHeaders): Promise<void> {
    const { options, logger } = this.parts;
    await options.context.run(headers, async () => logger[level](line));
  }

  private async untilDone<T>(work: () => Promise<T>): Promise<T> {
    const { stopping: signal, logger } = this.parts;
    return untilDone(work, { signal, logger });
  }
}

/** A dead letter that one group had is replayed to that group alone. */
function isForOthers({ entry, partition }: Delivery): boolean {
  const only = entry.field('only');
  return only !== undefined && only !== partition.group.identity.group;
}

/** Ends early when the partition closes. */
async function pause(delayMs: number, { partition }: Delivery): Promise<void> {
  await sleep(delayMs, undefined, { signal: partition.closing }).catch(() => undefined);
}

/** Doubles with each failure up to the bound; half of it random, so that they do not gather. */
function retryDelayMs(failures: number, options: ResolvedMessagingOptions): number {
  const longest = Math.min(options.retryDelayMs * 2 ** (failures - 1), options.maxRetryDelayMs);
  return Math.round(longest * (0.5 + Math.random() / 2));
}
