import type { OutboxMessage } from './outbox-store.js';

/** What a relay tells of itself as it publishes. */
export interface SinkOptions {
  /** That of the relay's lease. A sink that has seen a higher one refuses, with the code `fenced`. */
  readonly fencingToken: bigint;
}

/** Takes events to where consumers read them. */
export interface EventSink {
  /**
   * Resolves when all events are there, in the order given.
   * @throws an error with the code `fenced` when another relay has published by now.
   */
  publish(events: readonly OutboxMessage[], options: SinkOptions): Promise<void>;
}

/** Whether a sink refused a relay that another has replaced. */
export function isFenced(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'fenced';
}

/** Tells when what was published is as safe as the application wants it. */
export interface PublishBarrier {
  /** At boot: says so when the barrier cannot do what was asked of it. */
  check(): Promise<void>;
  /** Where things stand before something is published. */
  mark(): Promise<BarrierMark>;
  /** Resolves when everything published since is safe; rejects when some of it may be lost. */
  reached(since: BarrierMark): Promise<void>;
}

/** Made and read by one {@link PublishBarrier} alone. */
export type BarrierMark = object;

/** For a sink that is as safe as can be once it has taken the events. */
export const noBarrier: PublishBarrier = {
  check: async () => {},
  mark: async () => ({}),
  reached: async () => {},
};
