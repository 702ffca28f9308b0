import type { OutboxMessage } from './outbox-store.js';

/** More than that are looked for: a batch is read at once, notices come one by one. */
const mostTold = 1_000;

/** Gathers what commits tell, in their order. */
export class ToldEvents {
  /** Undefined when one commit at least did not say what it committed. */
  private events: OutboxMessage[] | undefined = [];
  /** Ids of what was published before and last; the older half is forgotten in time. */
  private older = new Set<string>();
  private latest = new Set<string>();

  /** A commit told of these events, or only that there are some. */
  add(events: readonly OutboxMessage[] | undefined): void {
    if (events === undefined || this.events === undefined) this.events = undefined;
    else if (this.events.length + events.length > mostTold) this.events = undefined;
    else this.events.push(...events);
  }

  /** All that was told since the last call and is not published yet; none where not all is known. */
  take(): readonly OutboxMessage[] {
    const { events = [] } = this;
    this.events = [];
    return events.filter(({ id }) => !this.latest.has(id) && !this.older.has(id));
  }

  /** A look has found these, and they are published: their notice may yet come. */
  ignore(events: readonly OutboxMessage[]): void {
    for (const { id } of events) this.latest.add(id);
    if (this.latest.size < mostTold) return;
    this.older = this.latest;
    this.latest = new Set();
  }
}
