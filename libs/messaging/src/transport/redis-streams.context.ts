import { BaseRpcContext } from '@nestjs/microservices';

import type { MessageHeaders } from '../messaging.options.js';

/** What a handler can learn of the message that it handles. */
export interface MessageDelivery {
  /** The message's id, the same at each delivery: what an inbox remembers. */
  readonly id: string;
  readonly topic: string;
  readonly headers: MessageHeaders;
  /** 1 at the first delivery. Always 1 for a request, which is handled once or not at all. */
  readonly attempt: number;
  /** The key of the stream that it came from. */
  readonly stream: string;
  /** The entry's id in that stream. */
  readonly entryId: string;
  /** What an event is about; empty for a request. */
  readonly key: string;
  /** What {@link RedisStreamsContext.signal} comes from: made only when a handler asks. */
  readonly deadline: { readonly signal: AbortSignal };
  /** See {@link RedisStreamsContext.extend}. */
  readonly extend: (ms?: number) => Promise<void>;
}

/** Given to handlers by `@Ctx()`. */
export class RedisStreamsContext extends BaseRpcContext<[MessageDelivery]> {
  /** What the handler threw, before an exception filter made something else of it. */
  failure: unknown;

  constructor(delivery: MessageDelivery) {
    super([delivery]);
  }

  /** The message's id, the same at each delivery: what an inbox remembers. */
  get id(): string {
    return this.args[0].id;
  }

  get topic(): string {
    return this.args[0].topic;
  }

  get headers(): MessageHeaders {
    return this.args[0].headers;
  }

  /** 1 at the first delivery. Always 1 for a request, which is handled once or not at all. */
  get attempt(): number {
    return this.args[0].attempt;
  }

  /** The key of the stream that the message came from. */
  get stream(): string {
    return this.args[0].stream;
  }

  /** The entry's id in that stream. */
  get entryId(): string {
    return this.args[0].entryId;
  }

  /** What an event is about; empty for a request. */
  get key(): string {
    return this.args[0].key;
  }

  /**
   * Aborts when the result no longer counts: the caller has given up, the time for the handler is
   * over, another consumer has taken the event, or the process is about to stop.
   */
  get signal(): AbortSignal {
    return this.args[0].deadline.signal;
  }

  /**
   * Asks for `ms` more from now (default: `handlerTimeoutMs`) and makes sure that the event is
   * still this consumer's. A request's time is its caller's: for one, nothing changes.
   *
   * @throws when another consumer has taken the event meanwhile: stop then.
   */
  async extend(ms?: number): Promise<void> {
    await this.args[0].extend(ms);
  }
}
