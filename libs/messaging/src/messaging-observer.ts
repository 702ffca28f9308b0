/** A message of which something is told. */
export interface MessageFacts {
  readonly kind: 'event' | 'request';
  readonly topic: string;
}

/** Told what happens to messages, for metrics. Each method is optional and should be quick. */
export interface MessagingObserver {
  /** Events of one topic were appended to this service's streams, or wait for their time. */
  published?(facts: { readonly topic: string; readonly count: number }): void;
  /** Events were not published because a group has left too many undone. */
  refused?(facts: { readonly publisher: string; readonly count: number }): void;
  /** A handler was done. */
  handled?(facts: MessageFacts & { readonly durationMs: number }): void;
  /** A handler failed. For an event, `attempt` counts from 1. */
  failed?(facts: MessageFacts & { readonly attempt: number; readonly error: unknown }): void;
  /** An event will be tried again after `delayMs`. */
  retried?(facts: { readonly topic: string; readonly delayMs: number }): void;
  /** An event became a dead letter. */
  deadLettered?(facts: { readonly topic: string; readonly error: unknown }): void;
  /** A request was dropped because its caller has given up. */
  expired?(facts: { readonly topic: string }): void;
  /** Entries that others had not finished were taken over with a partition. */
  claimed?(facts: { readonly stream: string; readonly count: number }): void;
  /**
   * How far this service's group is behind on one publisher's events. Told by every replica, every
   * few seconds.
   */
  lag?(facts: {
    readonly publisher: string;
    readonly group: string;
    /** Entries not acknowledged. */
    readonly entries: number;
    /** Age of the oldest of them; 0 when there is none. */
    readonly oldestAgeMs: number;
  }): void;
  /** How many partitions of a publisher this replica owns, when that has changed. */
  owned?(facts: { readonly publisher: string; readonly partitions: number }): void;
  /** A request got its reply, or failed. */
  replied?(facts: {
    readonly service: string;
    readonly topic: string;
    readonly outcome: 'ok' | 'error' | 'timeout';
  }): void;
}
