import type { WritePacket } from '@nestjs/microservices';

import { RemoteError, RequestTimeoutError } from '../messaging.errors.js';
import type { MessagingObserver } from '../messaging-observer.js';
import { stringify } from './failure.js';
import type { PayloadCodec } from './payload-codec.js';
import { partsOf, readPayload } from './payload.js';
import type { ReplyInbox, ReplyListener } from './reply-inbox.js';
import type { Reply } from './reply.js';

export interface PendingRequestParts {
  readonly service: string;
  readonly topic: string;
  /** Until its caller gives up. */
  readonly timeoutMs: number;
  readonly observer: MessagingObserver;
  /** What the reply may be written with. */
  readonly codecs: readonly PayloadCodec[];
  readonly inbox: ReplyInbox;
  /** Nest's: told each value of the reply, and the end of it. */
  readonly callback: (packet: WritePacket) => void;
  /** Told that nobody waits any more, and why, where that is a failure. May be told again. */
  readonly onOver: (error?: unknown) => void;
}

/** A request that waits for its reply, in its time. Made for each request: lean. */
export class PendingRequest implements ReplyListener {
  /** The request's id. */
  readonly id: string;
  private readonly timer: NodeJS.Timeout;
  private isOver = false;

  constructor(private readonly parts: PendingRequestParts) {
    this.id = parts.inbox.expect(this);
    this.timer = setTimeout(timeIsUp, parts.timeoutMs, this);
  }

  onReply(reply: Reply): void {
    if (reply.coded) this.decode(reply);
    else if (reply.error) this.finish('error', { err: new RemoteError(toDetails(reply.error)) });
    else if (reply.last) this.finish('ok', toLastPacket(reply));
    else this.parts.callback({ response: reply.value });
  }

  private decode({ id, last, value, error }: Reply): void {
    const { topic, codecs } = this.parts;
    let payload: unknown;
    try {
      payload = readPayload(`reply to ${topic}`, partsOf(String(error ?? value)), codecs);
    } catch (failure) {
      return this.fail(failure);
    }
    this.onReply(
      error === undefined ? { id, last, value: payload } : { id, error: toDetails(payload) },
    );
  }

  /** No reply will come: it was not sent, or not answered in time, or nobody hears replies any more. */
  fail(error: unknown): void {
    this.finish(error instanceof RequestTimeoutError ? 'timeout' : 'error', { err: error });
  }

  /** Nobody wants the reply any more. */
  forget(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.parts.onOver();
    this.parts.inbox.forget(this.id);
  }

  /** Its time is over. */
  expire(): void {
    const { service, topic, timeoutMs } = this.parts;
    this.fail(new RequestTimeoutError(service, topic, timeoutMs));
  }

  private finish(outcome: 'ok' | 'error' | 'timeout', last: WritePacket): void {
    // Its sending may fail after it was answered, or given up.
    if (this.isOver) return;
    const { observer, service, topic, callback, onOver } = this.parts;
    onOver(last.err);
    this.forget();
    observer.replied?.({ service, topic, outcome });
    callback(last);
  }
}

function timeIsUp(request: PendingRequest): void {
  request.expire();
}

/** Whatever a service of another make tells. */
function toDetails(error: unknown): Record<string, unknown> {
  return typeof error === 'object' ? { ...error } : { message: stringify(error) };
}

function toLastPacket({ value }: Reply): WritePacket {
  return value === undefined ? { isDisposed: true } : { response: value, isDisposed: true };
}
