import type { BatchSize } from './batch-size.js';
import type { BarrierMark, PublishBarrier } from './event-sink.js';
import type { OutboxMessage, OutboxStore } from './outbox-store.js';

/** What a pass works with. */
export interface OutboxPassParts {
  readonly store: OutboxStore;
  readonly publish: (events: readonly OutboxMessage[]) => Promise<void>;
  readonly barrier: PublishBarrier;
  readonly batchSize: BatchSize;
  /** So many batches may be published and not marked: each read has to leave them out. */
  readonly mostUnmarked: number;
  readonly onPublished: (events: readonly OutboxMessage[]) => void;
  /** Told each time that events were published and marked. */
  readonly onSent: () => void;
}

/**
 * Publishes all that is committed and not sent, one batch after the other. While a batch is being
 * published the next is read and those before are marked, so that neither waits for the other.
 *
 * Each read looks at all unsent events but those in hand. Reading only those after the last would
 * be cheaper and wrong: of two events of one key, each committed during the pass, the later would
 * be published without the one before whenever that had taken a sequence already passed.
 */
export class OutboxPass {
  /** Being published, or published and not marked yet. */
  private readonly inHand = new Set<string>();
  private published: { readonly since: BarrierMark; readonly ids: string[] } | undefined;
  private marking: Promise<void> | undefined;
  /** What is being marked now. */
  private group: Promise<void> | undefined;
  private markingFailed = false;

  constructor(private readonly parts: OutboxPassParts) {}

  /**
   * Ends when a look found nothing unsent, or `signal` aborted; what was published is marked then.
   * @param known what the first look would find, where that is known; else empty.
   * @returns whether anything was published.
   */
  async run(signal: AbortSignal, known: readonly OutboxMessage[] = []): Promise<boolean> {
    const isKnown = known.length > 0 && known.length <= this.parts.batchSize.current;
    let reading = isKnown ? Promise.resolve(known) : this.read();
    let anything = false;
    try {
      for (let batch = await reading; batch.length > 0; batch = await reading) {
        // Reading takes time, in which the lease may have gone to another replica.
        if (signal.aborted) break;
        this.take(batch);
        const isFull = batch.length === this.parts.batchSize.current;
        if (isFull) reading = this.read();
        await this.publish(batch);
        anything = true;
        if (!isFull) reading = this.read();
        await this.room();
      }
      await this.marking;
    } finally {
      // Another pass must not begin while this one still reads or marks.
      await Promise.allSettled([reading, this.marking]);
    }
    return anything;
  }

  private async read(): Promise<readonly OutboxMessage[]> {
    const reading = this.parts.store.unsent(this.parts.batchSize.current, [...this.inHand]);
    // It may fail while the batch before is being published: that is seen when its turn comes.
    reading.catch(() => undefined);
    return reading;
  }

  private take(batch: readonly OutboxMessage[]): void {
    for (const { id } of batch) this.inHand.add(id);
  }

  private async publish(batch: readonly OutboxMessage[]): Promise<void> {
    const since = await this.parts.barrier.mark();
    await this.parts.publish(batch);
    this.parts.onPublished(batch);
    // The oldest mark of those that wait: what holds since then holds since the later ones.
    this.published ??= { since, ids: [] };
    this.published.ids.push(...batch.map(({ id }) => id));
    this.marking ??= this.markPublished();
    // Thrown where the pass waits for it: before the next batch.
    this.marking.catch(() => (this.markingFailed = true));
  }

  /** Marks, together, what was published while the marks before were made. */
  private async markPublished(): Promise<void> {
    while (this.published !== undefined) {
      const { since, ids } = this.published;
      this.published = undefined;
      await (this.group = this.markGroup(since, ids));
    }
    this.marking = undefined;
  }

  private async markGroup(since: BarrierMark, ids: readonly string[]): Promise<void> {
    await this.parts.barrier.reached(since);
    await this.parts.store.markSent(ids);
    for (const id of ids) this.inHand.delete(id);
    this.parts.batchSize.succeeded();
    this.parts.onSent();
  }

  /** Waits while too many are unmarked, or throws when they cannot be. */
  private async room(): Promise<void> {
    const most = this.parts.mostUnmarked * this.parts.batchSize.current;
    while (this.markingFailed || this.inHand.size >= most) await this.group;
  }
}
