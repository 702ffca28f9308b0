import type { StandardSchemaV1 } from '@standard-schema/spec';

/** An event's name and the schema of its payload. */
export interface EventContract {
  readonly name: string;
  readonly schema: StandardSchemaV1;
}

/** An event to publish. */
export interface OutgoingEvent {
  /** uuid; a new v7 by default. Events with the same id count as one to a consumer with an inbox. */
  readonly id?: string;
  /** The event's name, or its contract: then the payload is checked against the schema. */
  readonly topic: string | EventContract;
  /** What the event is about, such as an account's id: events of one key stay in order. */
  readonly key: string;
  /** Whatever JSON can hold; without an outbox, whatever the connection's `codec` can. */
  readonly payload: unknown;
  /**
   * When subscribing services should have it, by the clock of Redis; its place in the order of its
   * key is that time. Default, and in the past: at once.
   */
  readonly deliverAt?: Date;
  /** Added to the headers of the current context, over those of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
}
