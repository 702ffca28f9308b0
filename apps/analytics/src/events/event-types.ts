import { Inject, Injectable } from '@nestjs/common';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from '../analytics.config.js';
import { OTHER } from '../counters/event-counters.js';

/** Which types of events are counted by name, so that their number has a bound. */
@Injectable()
export class EventTypes {
  private readonly known: ReadonlySet<string>;

  constructor(@Inject(ANALYTICS_CONFIG) { events }: AnalyticsConfig) {
    this.known = new Set(events.types);
  }

  /** The type itself, or `other`. */
  nameOf(type: string): string {
    return this.known.has(type) ? type : OTHER;
  }
}
