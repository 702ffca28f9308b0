import type { EventSink, OutboxMessage, SinkOptions } from '../../src/index.js';

/** Where events arrive, and where a test looks. Can be told to refuse. */
export class RecordingSink implements EventSink {
  readonly published: OutboxMessage[] = [];
  /** While set, publishing fails with it. */
  refusal: Error | undefined;
  attempts = 0;
  /** The fencing token of each attempt. */
  readonly tokens: bigint[] = [];

  async publish(events: readonly OutboxMessage[], { fencingToken }: SinkOptions): Promise<void> {
    this.attempts += 1;
    this.tokens.push(fencingToken);
    if (this.refusal !== undefined) throw this.refusal;
    this.published.push(...events);
  }

  get ids(): string[] {
    return this.published.map(({ id }) => id);
  }

  get keys(): string[] {
    return this.published.map(({ key }) => key);
  }
}
