import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';

import type { MessageContext } from '../messaging.options.js';
import { handlingEvent } from '../tracing/event-spans.js';
import { HandlerFailure } from './failure.js';
import type { EventMessage } from './message.js';
import type { PayloadCodec } from './payload-codec.js';
import { payloadFor } from './payload.js';
import { type MessageDelivery, RedisStreamsContext } from './redis-streams.context.js';

/** Runs a handler between the hooks that instrumentation sets, and settles as it does. */
export type InsideHooks = (
  context: RedisStreamsContext,
  work: () => Promise<void>,
) => Promise<void>;

export interface EventDispatcherParts {
  readonly context: MessageContext;
  /** What payloads may be written with. */
  readonly codecs: readonly PayloadCodec[];
  /** The consumer group: the name of this service. */
  readonly group: string;
  readonly handlersOf: (topic: string) => readonly MessageHandler[];
  readonly insideHooks: InsideHooks;
}

/** Gives an event to all its handlers. */
export class EventDispatcher {
  constructor(private readonly parts: EventDispatcherParts) {}

  /** Whether anybody here wants events of this topic. */
  isHandled(topic: string): boolean {
    return this.parts.handlersOf(topic).length > 0;
  }

  /**
   * Resolves when all have succeeded. One that fails stops no other,
   * yet all of them run again when the event is tried again.
   *
   * @throws {HandlerFailure} of the first that failed.
   * @throws {InvalidPayloadError}
   */
  dispatch(event: EventMessage, delivery: MessageDelivery): Promise<void> {
    const { context, group } = this.parts;
    return context.run(event.headers, () =>
      handlingEvent(event, { group, delivery }, () => this.runAll(event, delivery)),
    );
  }

  private runAll(event: EventMessage, delivery: MessageDelivery): Promise<void> {
    const handlers = this.parts.handlersOf(event.topic);
    const [only, another] = handlers;
    return only && another === undefined
      ? this.run(only, event, delivery)
      : this.runEach(handlers, event, delivery);
  }

  private async runEach(
    handlers: readonly MessageHandler[],
    event: EventMessage,
    delivery: MessageDelivery,
  ): Promise<void> {
    const runs = handlers.map(async (handler) => this.run(handler, event, delivery));
    const failure = (await Promise.allSettled(runs)).find(({ status }) => status === 'rejected');
    if (failure?.status === 'rejected') throw failure.reason;
  }

  private async run(
    handler: MessageHandler,
    event: EventMessage,
    delivery: MessageDelivery,
  ): Promise<void> {
    const context = new RedisStreamsContext(delivery);
    const checked = payloadFor(handler, event, this.parts.codecs);
    const payload: unknown = checked instanceof Promise ? await checked : checked;
    try {
      await this.parts.insideHooks(context, async () => {
        const result: unknown = await handler(payload, context);
        if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
      });
    } catch (error) {
      throw new HandlerFailure(context.failure ?? error, error);
    }
  }
}
