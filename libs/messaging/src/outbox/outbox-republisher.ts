import { withinDeadline } from './deadline.js';
import type { OutboxMessage, OutboxStore, SentPage } from './outbox-store.js';
import { requireWhole } from './outbox-relay.options.js';

/** What a republisher joins. `EventPublisher` is a sink. */
export interface OutboxRepublisherParts {
  readonly store: Pick<OutboxStore, 'sent'>;
  readonly sink: { publish(events: readonly OutboxMessage[]): Promise<void> };
  /** Events read and published together. Default 1000. */
  readonly pageSize?: number;
  /** Deadline for publishing one page, in milliseconds. Default 10 000. */
  readonly publishTimeoutMs?: number;
}

/** Which events to publish again. */
export interface RepublishOptions {
  /** Those that were sent at this time or later: when Redis last had its data for certain. */
  readonly since: Date;
  /** Those that were sent before this time. Default: now. */
  readonly until?: Date;
  /** Only events of these topics. Default: all. */
  readonly topics?: readonly string[];
  /** Goes on after the position that an interrupted run last told of. */
  readonly after?: string;
  /** Aborts between two pages, without an error. */
  readonly signal?: AbortSignal;
  /** Told after each page; what it returns is waited for, so that it can keep the position. */
  readonly onProgress?: (progress: RepublishProgress) => unknown;
}

/** How far a run has come. */
export interface RepublishProgress {
  /** Sent events looked at. */
  readonly read: number;
  /** Those of them that were published again: all, unless topics were named. */
  readonly published: number;
  /** Where to go on with `after`; undefined at the very start, and at the end. */
  readonly position: string | undefined;
  /** Whether that was all. */
  readonly done: boolean;
}

/**
 * Publishes sent events again, in the order of their first publication and under the same ids, for
 * the day on which Redis has lost its data: what an outbox still keeps, no consumer need miss.
 * Consumers with an inbox skip what they have handled. It may run beside relays, and twice.
 *
 * New events that a relay publishes meanwhile may come before older ones of their key. Where that
 * matters, let the relays stop first.
 */
export class OutboxRepublisher {
  private readonly pageSize: number;
  private readonly publishTimeoutMs: number;

  /** @throws {MessagingOptionError} */
  constructor(private readonly parts: OutboxRepublisherParts) {
    const { pageSize = 1_000, publishTimeoutMs = 10_000 } = parts;
    requireWhole('pageSize', pageSize, 1);
    requireWhole('publishTimeoutMs', publishTimeoutMs, 1);
    this.pageSize = pageSize;
    this.publishTimeoutMs = publishTimeoutMs;
  }

  /**
   * Ends when the last event within retention is published again, or `signal` aborted.
   * @throws what the store or the sink throws, and {@link StoreDeadlineError} when they are late:
   *   what `onProgress` told of is done, and a run with its position as `after` goes on from there.
   */
  async republish(options: RepublishOptions): Promise<RepublishProgress> {
    const { onProgress } = options;
    const until = options.until ?? new Date();
    const read = async (after: string | undefined) => this.read({ ...options, until, after });

    let progress: RepublishProgress = {
      read: 0,
      published: 0,
      position: options.after,
      done: false,
    };
    let reading = read(options.after);
    try {
      while (!progress.done && !options.signal?.aborted) {
        const page = await reading;
        // The next page is read while this one is being published.
        if (page.next !== undefined) reading = read(page.next);
        progress = await this.publish(page, progress, options.topics);
        await onProgress?.(progress);
      }
    } finally {
      await reading.catch(() => undefined);
    }
    return progress;
  }

  private async read(query: RepublishOptions & { readonly until: Date }): Promise<SentPage> {
    const { since, until, after } = query;
    const page = this.parts.store.sent({ since, until, after, limit: this.pageSize });
    // It may fail while the page before is being published: that is seen when its turn comes.
    page.catch(() => undefined);
    return page;
  }

  private async publish(
    { messages, next }: SentPage,
    { read, published }: RepublishProgress,
    topics: readonly string[] | undefined,
  ): Promise<RepublishProgress> {
    // Here and not by the store: a rare topic would make it read all that it keeps for one page.
    const wanted = messages.filter(({ topic }) => topics?.includes(topic) ?? true);
    if (wanted.length > 0) {
      await withinDeadline(this.parts.sink.publish(wanted), {
        operation: `publishing ${wanted.length} events again`,
        timeoutMs: this.publishTimeoutMs,
      });
    }
    return {
      read: read + messages.length,
      published: published + wanted.length,
      position: next,
      done: next === undefined,
    };
  }
}
