import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Lifecycle } from '@trilith/service';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from '../analytics.config.js';
import { TooManyReadersError } from './live.errors.js';
import { type LiveEntry, LiveLog, type Missed } from './live-log.js';
import { GAP, HEARTBEAT, type LiveReader, frameOf } from './live-reader.js';

const HEARTBEAT_MS = 15_000;

/**
 * Passes on to all readers of this process what any replica has counted. One subscription serves them
 * all; after it was away, what was missed is read from the log.
 */
@Injectable()
export class LiveFeed implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('live');
  private readonly readers = new Set<LiveReader>();
  private lastId: string | undefined;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    @Inject(LiveLog) private readonly log: LiveLog,
    private readonly lifecycle: Lifecycle,
    @Inject(ANALYTICS_CONFIG) private readonly config: AnalyticsConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.log.listen({
      onEntry: (entry) => this.pass(entry),
      onSubscribed: () => void this.catchUp(),
    });
    this.heartbeat = setInterval(() => this.writeToAll(HEARTBEAT), HEARTBEAT_MS).unref();
    this.lifecycle.stopping.addEventListener('abort', () => this.end());
  }

  onModuleDestroy(): void {
    this.end();
  }

  /**
   * Lets somebody read along, from an entry on where one is given.
   *
   * @param open begins the answer, once nothing can go wrong any more
   * @throws {TooManyReadersError}
   */
  async join(reader: LiveReader, lastId: string | undefined, open: () => void): Promise<void> {
    if (this.readers.size >= this.config.live.maxReaders) throw new TooManyReadersError();
    // Before the log is read, so that nothing falls between.
    this.readers.add(reader);
    const missed = await this.missedSince(lastId, reader);
    open();
    if (missed?.isWhole === false) reader.write(GAP);
    reader.start(missed?.entries ?? []);
  }

  /** How many read along in this process. */
  get readerCount(): number {
    return this.readers.size;
  }

  leave(reader: LiveReader): void {
    this.readers.delete(reader);
  }

  private async missedSince(
    lastId: string | undefined,
    reader: LiveReader,
  ): Promise<Missed | undefined> {
    if (lastId === undefined) return undefined;
    try {
      return await this.log.since(lastId);
    } catch (error) {
      this.leave(reader);
      throw error;
    }
  }

  private pass(entry: LiveEntry): void {
    this.lastId = entry.id;
    const frame = frameOf(entry);
    for (const reader of this.readers) reader.send(entry, frame);
  }

  private async catchUp(): Promise<void> {
    if (this.lastId === undefined) return;
    try {
      const { isWhole, entries } = await this.log.since(this.lastId);
      if (!isWhole) this.writeToAll(GAP);
      for (const entry of entries) this.pass(entry);
    } catch (error) {
      this.logger.warn(`what was missed could not be read: ${String(error)}`);
      this.writeToAll(GAP);
    }
  }

  /** Answers without an end would keep the service from stopping. */
  private end(): void {
    clearInterval(this.heartbeat);
    for (const reader of this.readers) reader.end();
  }

  private writeToAll(frame: string): void {
    for (const reader of this.readers) reader.write(frame);
  }
}
