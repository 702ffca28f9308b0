import type { MessageHandler, WritePacket } from '@nestjs/microservices';
import type { RedisClient } from '@trilith/redis';
import { type Observable, type Subscription, finalize, tap } from 'rxjs';

import { RequestTimeoutError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import { HandlerDeadline } from './consumer/handler-deadline.js';
import type { ReceivedRequest } from './consumer/request-consumer.js';
import type { InsideHooks } from './event-dispatcher.js';
import { toWireError } from './failure.js';
import { payloadFor } from './payload.js';
import { RedisStreamsContext } from './redis-streams.context.js';
import { writeReply } from './reply.js';

export interface RequestResponderParts {
  readonly options: ResolvedMessagingOptions;
  readonly redis: RedisClient;
  /** Aborts when handlers still at work are not waited for any more. */
  readonly halting: AbortSignal;
  readonly handlerOf: (topic: string) => MessageHandler | undefined;
  readonly toObservable: (result: unknown) => Observable<unknown>;
  /** Nest's own: one packet for each value, the last of them marked. */
  readonly send: (
    response$: Observable<unknown>,
    respond: (packet: WritePacket) => Promise<void>,
  ) => Subscription;
  readonly insideHooks: InsideHooks;
}

/** Answers requests on their callers' channels, within their callers' time. */
export class RequestResponder {
  constructor(private readonly parts: RequestResponderParts) {}

  /** Never rejects; resolves when the reply was sent or the caller's time is over. */
  async answer(request: ReceivedRequest): Promise<void> {
    const { options, halting } = this.parts;
    const { topic, headers } = request.message;
    const deadline = new HandlerDeadline(halting, () => {
      return new RequestTimeoutError(options.service, topic, request.remainingMs);
    });
    deadline.set(request.remainingMs);
    try {
      const { signal } = deadline;
      await deadline.race(options.context.run(headers, async () => this.respond(request, signal)));
    } catch (error) {
      if (deadline.signal.aborted) options.observer.expired?.({ topic });
      else await this.refuse(request, error);
    } finally {
      deadline.clear();
    }
  }

  private async respond(request: ReceivedRequest, signal: AbortSignal): Promise<void> {
    const { handlerOf, insideHooks, toObservable, options } = this.parts;
    const { message } = request;
    const handler = handlerOf(message.topic);
    if (!handler || handler.isEventHandler) {
      const text = `${options.service} does not answer ${message.topic}`;
      return this.refuse(request, { code: 'no_handler', message: text, facts: {} });
    }
    const payload = await payloadFor(handler, message);
    const context = contextOf(request, signal);
    await insideHooks(context, async () => {
      const response$ = toObservable(await handler(payload, context));
      await this.sendAll(response$, request, signal);
    });
  }

  /** Resolves when the handler's stream has ended, one way or another. */
  private async sendAll(
    response$: Observable<unknown>,
    request: ReceivedRequest,
    signal: AbortSignal,
  ): Promise<void> {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const observed$ = response$.pipe(this.observed(request.message.topic), finalize(resolve));
    const subscription = this.parts.send(observed$, async (packet) => {
      const receivers = await this.reply(request, packet);
      // The caller is gone: what is left of the stream would reach nobody.
      if (receivers === 0) subscription.unsubscribe();
    });
    const stop = () => subscription.unsubscribe();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    await ended;
    signal.removeEventListener('abort', stop);
  }

  private observed(topic: string) {
    const { observer } = this.parts.options;
    const startedAt = performance.now();
    const facts = { kind: 'request', topic, attempt: 1 } as const;
    return tap<unknown>({
      error: (error: unknown) => observer.failed?.({ ...facts, error }),
      complete: () => observer.handled?.({ ...facts, durationMs: performance.now() - startedAt }),
    });
  }

  /** The caller learns of it by its deadline, should even this fail. */
  private async refuse(request: ReceivedRequest, error: unknown): Promise<void> {
    await this.reply(request, { err: error, isDisposed: true }).catch(() => undefined);
  }

  /** Resolves to how many heard it. */
  private async reply(
    { message }: ReceivedRequest,
    { err, response, isDisposed }: WritePacket,
  ): Promise<number> {
    const error = err === undefined ? undefined : toWireError(err);
    const reply = { id: message.id, value: response as unknown, error, last: isDisposed };
    return this.parts.redis.publish(message.replyTo, writeReply(reply));
  }
}

function contextOf({ message, entryId, stream }: ReceivedRequest, signal: AbortSignal) {
  const { id, topic, headers } = message;
  const extend = async () => signal.throwIfAborted();
  const delivery = { id, topic, headers, key: '', attempt: 1, stream, entryId, signal, extend };
  return new RedisStreamsContext(delivery);
}
