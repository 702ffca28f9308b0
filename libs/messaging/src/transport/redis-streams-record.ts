/** What may be said beside the payload. */
export interface RecordOptions {
  /** Added to those of the current context, over those of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Until a request without a reply fails, in milliseconds. Default: `requestTimeoutMs`. */
  readonly timeoutMs?: number;
  /** What an emitted event is about: events of one key stay in order. Default: its own id. */
  readonly key?: string;
}

/**
 * A payload with options: `client.send('accounts.get', new RedisStreamsRecord(data, { timeoutMs }))`.
 */
export class RedisStreamsRecord<Payload = unknown> {
  constructor(
    readonly payload: Payload,
    readonly options: RecordOptions = {},
  ) {}
}

/** A bare payload is a record without options. */
export function toRecord(data: unknown): RedisStreamsRecord {
  return data instanceof RedisStreamsRecord ? data : new RedisStreamsRecord(data);
}
