import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import type { RecordedEvent } from '../events/recorded-event.js';
import { LiveLog } from './live-log.js';

/** What is counted within so long is told together: often enough for the eye. */
const TELL_EVERY_MS = 250;
/** The most pages that are told of at a time. */
const MOST_PAGES = 50;

/** Adds up what this process counts, and tells it a few times a second while there is something. */
@Injectable()
export class LiveTally implements OnApplicationShutdown {
  private readonly logger = new Logger('live');
  private events = 0;
  private types = new Map<string, number>();
  private pages = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(LiveLog) private readonly log: LiveLog) {}

  /** Events that were counted just now. */
  add(events: readonly RecordedEvent[]): void {
    for (const { type, page } of events) {
      this.events += 1;
      this.types.set(type, (this.types.get(type) ?? 0) + 1);
      if (page !== undefined && (this.pages.has(page) || this.pages.size < MOST_PAGES)) {
        this.pages.set(page, (this.pages.get(page) ?? 0) + 1);
      }
    }
    if (events.length > 0) this.timer ??= setTimeout(() => void this.tell(), TELL_EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    if (this.events > 0) await this.tell();
  }

  /** A change that is not told shows with the next look at the figures: nobody waits for it. */
  private async tell(): Promise<void> {
    const told = {
      at: new Date().toISOString(),
      events: this.events,
      types: Object.fromEntries(this.types),
      pages: Object.fromEntries(this.pages),
    };
    this.timer = undefined;
    this.events = 0;
    this.types = new Map();
    this.pages = new Map();
    try {
      await this.log.tell(JSON.stringify(told));
    } catch (error) {
      this.logger.debug(`a change was not told: ${String(error)}`);
    }
  }
}
