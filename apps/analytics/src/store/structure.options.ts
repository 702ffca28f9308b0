/** What every structure on Redis takes. */
export interface StructureOptions {
  /** What all its keys start with, such as `trilith:analytics`. */
  readonly prefix: string;
  /**
   * How long the ids of handled events are remembered, in milliseconds. It has to outlast every
   * chance of the same event being delivered again: outboxes keep sent events for 7 days.
   */
  readonly inboxRetentionMs: number;
}
