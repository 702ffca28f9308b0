import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '@nestjs/common';

import { ConsumersLostError, HandlerTimeoutError } from '../../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../../messaging.options.js';
import type { FailureKind } from '../failure-kind.js';
import { HandlerFailure, describeError } from '../failure.js';
import { type EventMessage, readEvent } from '../message.js';
import type { MessageDelivery } from '../redis-streams.context.js';
import type { StreamKeys } from '../stream-keys.js';
import type { ConcurrencyLimit } from './concurrency-limit.js';
import { deadLetterFields } from './dead-letter.js';
import type { Delivery } from './delivery.js';
import { HandlerDeadline } from './handler-deadline.js';
import type { Subscription } from './subscription.js';
import { untilReachable } from './until-reachable.js';

/** What handles events. */
export interface EventHandling {
  /** What is not is acknowledged and forgotten. */
  isHandled(topic: string): boolean;
  /** Rejects when the event could not be handled. */
  dispatch(event: EventMessage, delivery: MessageDelivery): Promise<void>;
}

export interface DeliveryRunnerParts {
  readonly options: ResolvedMessagingOptions;
  readonly keys: StreamKeys;
  readonly limit: ConcurrencyLimit;
  readonly handling: EventHandling;
  /** Aborts when no further attempt should begin. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
}

/** How an attempt ended; `left`: the event is no longer this consumer's concern. */
type Outcome = 'done' | 'left' | { readonly error: unknown; readonly kind: FailureKind };

/** Takes a delivery to its end: handled, buried, or left to others. */
export class DeliveryRunner {
  constructor(private readonly parts: DeliveryRunnerParts) {}

  /** Never rejects. Resolves to whether the event is to be acknowledged. */
  async run(delivery: Delivery, from: Subscription): Promise<boolean> {
    try {
      const event = this.read(delivery);
      if (!(event instanceof Error)) return await this.runAttempts(event, delivery, from);
      await this.bury(delivery, event, from);
    } catch (error) {
      // The lease runs out, and the event is taken up again.
      if (!this.isOver(delivery)) this.parts.logger.error(error);
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
    from: Subscription,
  ): Promise<boolean> {
    const { options, limit, handling } = this.parts;
    if (!handling.isHandled(event.topic)) return true;
    if (delivery.attempt > options.maxAttempts) {
      return this.bury(delivery, new ConsumersLostError(event.topic, delivery.attempt - 1), from);
    }
    for (let failures = 1; ; failures += 1) {
      const outcome = await limit.run(async () => this.attempt(event, delivery, from));
      if (outcome === 'left') return false;
      if (outcome === 'done') return true;
      const { error, kind } = outcome;
      const isLast = kind === 'retry' && delivery.attempt >= options.maxAttempts;
      if (kind === 'permanent' || isLast) return this.bury(delivery, error, from);
      await this.waitForRetry(event, delivery, { error, failures });
      if (kind === 'retry') delivery.attempt += 1;
    }
  }

  private async attempt(
    event: EventMessage,
    delivery: Delivery,
    from: Subscription,
  ): Promise<Outcome> {
    if (this.isOver(delivery)) return 'left';
    // A retry is remembered by the server before it begins; a lease that ran out may be another's.
    if (delivery.begun || delivery.isLeaseOver) {
      await untilReachable(async () => from.renew([delivery]), this.parts.stopping);
      if (this.isOver(delivery)) return 'left';
    }
    return this.handle(event, delivery, from);
  }

  private async handle(
    event: EventMessage,
    delivery: Delivery,
    from: Subscription,
  ): Promise<Outcome> {
    const { options, handling } = this.parts;
    const { observer, handlerTimeoutMs } = options;
    const facts = { kind: 'event', topic: event.topic, attempt: delivery.attempt } as const;
    const startedAt = performance.now();
    const deadline = new HandlerDeadline(() => {
      return new HandlerTimeoutError(event.topic, handlerTimeoutMs);
    });
    delivery.begin(deadline);
    try {
      deadline.set(handlerTimeoutMs);
      const context = this.contextOf(event, delivery, { deadline, from });
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
    { deadline, from }: { deadline: HandlerDeadline; from: Subscription },
  ): MessageDelivery {
    const { handlerTimeoutMs } = this.parts.options;
    return {
      id: event.id,
      topic: event.topic,
      headers: event.headers,
      key: event.key,
      attempt: delivery.attempt,
      stream: delivery.group.identity.stream,
      entryId: delivery.entryId,
      deadline,
      extend: async (ms = handlerTimeoutMs) => {
        await from.renew([delivery]);
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
    const { options, stopping, logger } = this.parts;
    const delayMs = retryDelayMs(failures, options);
    logger.warn(
      `${event.topic} ${event.id}: attempt ${delivery.attempt} of ${options.maxAttempts} failed, ` +
        `next in ${delayMs} ms: ${describeError(error).message}`,
    );
    options.observer.retried?.({ topic: event.topic, delayMs });
    await Promise.race([
      sleep(delayMs, undefined, { signal: stopping }).catch(() => undefined),
      delivery.givenUp,
    ]);
  }

  /** Resolves to false: the dead letter's script has acknowledged the event. */
  private async bury(delivery: Delivery, error: unknown, from: Subscription): Promise<false> {
    const { keys, options, stopping, logger } = this.parts;
    const topic = delivery.entry.fields.get('topic') ?? '';
    const to = keys.deadLetters(from.publisher, delivery.group.identity.group);
    const fields = deadLetterFields(delivery, error);
    const letterId = await untilReachable(
      async () => delivery.group.bury(delivery.entryId, { to, fields }),
      stopping,
    );
    if (letterId === undefined) return false;
    options.observer.deadLettered?.({ topic, error });
    logger.error(
      `${topic} ${delivery.entry.fields.get('id')} became dead letter ${letterId} of ${to} ` +
        `after ${delivery.attempt} attempts: ${describeError(error).message}`,
    );
    return false;
  }

  private isOver(delivery: Delivery): boolean {
    return this.parts.stopping.aborted || delivery.isGivenUp;
  }
}

/** Doubles with each failure up to the bound; half of it random, so that they do not gather. */
function retryDelayMs(failures: number, options: ResolvedMessagingOptions): number {
  const longest = Math.min(options.retryDelayMs * 2 ** (failures - 1), options.maxRetryDelayMs);
  return Math.round(longest * (0.5 + Math.random() / 2));
}
