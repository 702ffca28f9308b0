import type { Counted, Point } from '../src/counters/event-counters.js';
import { type Granularity, startOf } from '../src/counters/periods.js';
import type { Outcome, RecordedEvent } from '../src/events/recorded-event.js';

/** The plainest figures of events that could be right: all of them in memory, counted when asked. */
export class ModelEvents {
  private readonly events = new Map<string, RecordedEvent>();

  record(batch: readonly RecordedEvent[]): Outcome[] {
    return batch.map((event) => {
      if (this.events.has(event.id)) return 'duplicate';
      this.events.set(event.id, event);
      return 'counted';
    });
  }

  totalOf(type: string): number {
    return this.all.filter((event) => event.type === type).length;
  }

  /** Every value of every dimension that occurs. */
  counted(): Counted[] {
    const named = this.all.flatMap(valuesOf).map((counted) => JSON.stringify(counted));
    return [...new Set(named)].map((text) => JSON.parse(text) as Counted);
  }

  /** Periods without an event are left out. */
  series({ dimension, value }: Counted, granularity: Granularity): Point[] {
    const own = this.all.filter((event) =>
      valuesOf(event).some((one) => one.dimension === dimension && one.value === value),
    );
    const starts = Map.groupBy(own, ({ at }) => startOf(granularity, at).getTime());
    return [...starts]
      .map(([start, { length: count }]) => ({ at: new Date(start), count }))
      .toSorted((a, b) => a.at.getTime() - b.at.getTime());
  }

  /** Who came to any of the pages, or to any page at all, within a range. */
  visitors({ from, to }: { from: Date; to: Date }, pages?: readonly string[]): number {
    const visits = this.all.filter(
      ({ at, page }) =>
        at >= from && at < to && page !== undefined && (pages?.includes(page) ?? true),
    );
    return new Set(visits.map(({ visitor }) => visitor).filter((one) => one !== undefined)).size;
  }

  private get all(): RecordedEvent[] {
    return [...this.events.values()];
  }
}

function valuesOf({ type, page, country, device }: RecordedEvent): Counted[] {
  const values = { all: 'all', type, page, country, device };
  return Object.entries(values).flatMap(([dimension, value]) =>
    value === undefined ? [] : [{ dimension: dimension as Counted['dimension'], value }],
  );
}
