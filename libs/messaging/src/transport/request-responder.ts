import type { MessageHandler, WritePacket } from '@nestjs/microservices';
import { type Observable, type Subscription, finalize, isObservable, tap } from 'rxjs';

import { RequestTimeoutError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import { answering, failureOfActiveSpan } from '../tracing/request-spans.js';
import { DeadlineTimer } from './consumer/deadline-timer.js';
import { HandlerDeadline } from './consumer/handler-deadline.js';
import type { ReceivedRequest } from './consumer/request-consumer.js';
import type { InsideHooks } from './event-dispatcher.js';
import { toWireError } from './failure.js';
import { jsonCodec } from './payload-codec.js';
import { codecOf, payloadFor, writePayload } from './payload.js';
import { RedisStreamsContext } from './redis-streams.context.js';
import { writeReply } from './reply.js';
import type { RequestMessage } from './request-message.js';
import { SlotTable } from './slot-table.js';

export interface RequestResponderParts {
  readonly options: ResolvedMessagingOptions;
  readonly handlerOf: (topic: string) => MessageHandler | undefined;
  /** Nest's own: one packet for each value, the last of them marked. */
  readonly send: (
    response$: Observable<unknown>,
    respond: (packet: WritePacket) => Promise<void>,
  ) => Subscription;
  readonly insideHooks: InsideHooks;
}

/** Answers requests on their callers' channels, within their callers' time. */
export class RequestResponder {
  private readonly underWay = new SlotTable<HandlerDeadline>();
  private readonly deadlines = new DeadlineTimer();

  constructor(private readonly parts: RequestResponderParts) {}

  /** Never rejects; resolves when the reply was sent or the caller's time is over. */
  async answer(request: ReceivedRequest): Promise<void> {
    const { options } = this.parts;
    const { topic, headers } = request.message;
    const deadline = new HandlerDeadline(this.deadlines, () => {
      return new RequestTimeoutError(options.service, topic, request.remainingMs);
    });
    deadline.set(request.remainingMs);
    const slot = this.underWay.add(deadline);
    try {
      const { service } = options;
      const work = options.context.run(headers, async () =>
        answering({ service, topic, headers }, async () => this.respond(request, deadline)),
      );
      await deadline.race(work);
    } catch (error) {
      if (deadline.isOver) options.observer.expired?.({ topic });
      else this.refuse(request, error);
    } finally {
      deadline.clear();
      this.underWay.remove(slot);
    }
  }

  /** Tells the handlers still at work that nobody waits for them any more. */
  giveUpAll(reason: Error): void {
    for (const deadline of this.underWay.values()) deadline.end(reason);
  }

  private async respond(request: ReceivedRequest, deadline: HandlerDeadline): Promise<void> {
    const { handlerOf, insideHooks, options } = this.parts;
    const { message } = request;
    const handler = handlerOf(message.topic);
    if (!handler || handler.isEventHandler) {
      const text = `${options.service} does not answer ${message.topic}`;
      const error = { code: 'no_handler', message: text, facts: {} };
      failureOfActiveSpan()(error);
      return this.refuse(request, error);
    }
    const payload = await payloadFor(handler, message, options.codecs);
    const context = contextOf(request, deadline);
    const outcome = this.observe(message.topic);
    await insideHooks(context, async () => {
      const result: unknown = await handler(payload, context);
      // What a handler gives that was told to stop is no reply.
      if (deadline.isOver) return;
      if (isObservable(result)) return this.replyEach(result.pipe(tap(outcome)), request, deadline);
      this.replyOnce(request, result);
      outcome.complete();
    });
  }

  private observe(topic: string) {
    const { observer } = this.parts.options;
    const facts = { kind: 'request', topic, attempt: 1 } as const;
    const startedAt = performance.now();
    const failSpan = failureOfActiveSpan();
    return {
      complete: () => observer.handled?.({ ...facts, durationMs: performance.now() - startedAt }),
      error: (error: unknown) => {
        failSpan(error);
        observer.failed?.({ ...facts, error });
      },
    };
  }

  /** A reply for each value. Resolves when the handler's stream has ended, one way or another. */
  private async replyEach(
    response$: Observable<unknown>,
    request: ReceivedRequest,
    deadline: HandlerDeadline,
  ): Promise<void> {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const subscription = this.parts.send(response$.pipe(finalize(resolve)), async (packet) => {
      const { text, isAsGiven } = this.write(request, packet);
      const receivers = await request.replyAndCount(text);
      // The caller is gone, or has been told an error: what is left would reach nobody.
      if (receivers === 0 || !isAsGiven) subscription.unsubscribe();
    });
    const stop = () => subscription.unsubscribe();
    deadline.signal.addEventListener('abort', stop);
    if (deadline.isOver) stop();
    await ended;
  }

  // Nobody waits until it is sent, and so the request's end travels with it. Should it be lost, the
  // caller's deadline ends the wait.
  private replyOnce(request: ReceivedRequest, response: unknown): void {
    request.reply(this.write(request, { response, isDisposed: true }).text);
  }

  private refuse(request: ReceivedRequest, error: unknown): void {
    request.reply(this.write(request, { err: error, isDisposed: true }).text);
  }

  /** A reply as it travels, or the error that stands for one that cannot travel. */
  private write(
    { message }: ReceivedRequest,
    { err, response, isDisposed }: WritePacket,
  ): { text: string; isAsGiven: boolean } {
    const { id } = message;
    const kind = err === undefined ? 'value' : 'error';
    try {
      const value: unknown = kind === 'value' ? response : toWireError(err);
      const payload = value === undefined ? undefined : this.encode(value, message);
      const text = writeReply({ id, last: isDisposed === true, kind, payload });
      return { text, isAsGiven: true };
    } catch (failure) {
      // Of strings and numbers, in what every caller reads.
      const payload = JSON.stringify(toWireError(failure));
      const text = writeReply({ id, last: true, kind: 'error', payload });
      return { text, isAsGiven: false };
    }
  }

  /** As the request was, since its caller reads what it writes; as JSON where that is not known. */
  private encode(value: unknown, { topic, payload }: RequestMessage): string {
    const { codecs, maxPayloadBytes } = this.parts.options;
    const codec = codecOf(payload, codecs) ?? jsonCodec;
    return writePayload(value, { topic: `reply to ${topic}`, codec, maxPayloadBytes });
  }
}

function contextOf(request: ReceivedRequest, deadline: HandlerDeadline): RedisStreamsContext {
  const { message, entryId, stream } = request;
  const { id, topic, headers } = message;
  const extend = async () => deadline.signal.throwIfAborted();
  return new RedisStreamsContext({
    id,
    topic,
    headers,
    key: '',
    attempt: 1,
    stream,
    entryId,
    deadline,
    extend,
  });
}
