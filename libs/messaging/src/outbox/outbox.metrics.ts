import type * as promClient from 'prom-client';

import { withinDeadline } from './deadline.js';
import type { OutboxLag } from './outbox-store.js';
import type { Outbox } from './outbox.js';

/** What {@link outboxMetrics} measures, and where it shows. */
export interface OutboxMetricsOptions {
  readonly outbox: Pick<Outbox, 'lag'>;
  readonly registry: promClient.Registry;
  /** Milliseconds that a scrape waits for the store. Default 1000. */
  readonly timeoutMs?: number;
}

/**
 * Gauges of `prom-client`, asked of the store at each scrape: `messaging_outbox_pending`, how many
 * committed events are not published, and `messaging_outbox_oldest_age_seconds`, for how long the
 * first of them has waited. While the store does not answer in time they have no value, and the rest
 * of the scrape is not held up.
 *
 * `prom-client` is handed in, so that applications without it need not install it.
 */
export function outboxMetrics(
  { Gauge }: Pick<typeof promClient, 'Gauge'>,
  { outbox, registry, timeoutMs = 1_000 }: OutboxMetricsOptions,
): void {
  const lag = sharedLag(outbox);
  const gauge = (name: string, help: string, valueOf: (lag: OutboxLag) => number) =>
    new Gauge({
      name: `messaging_outbox_${name}`,
      help,
      registers: [registry],
      async collect() {
        try {
          const deadline = { operation: 'measuring the outbox', timeoutMs };
          this.set(valueOf(await withinDeadline(lag(), deadline)));
        } catch {
          // An old value would look like a new one.
          this.remove();
        }
      },
    });
  gauge('pending', 'Committed events that are not published yet', ({ pending }) => pending);
  gauge(
    'oldest_age_seconds',
    'Age of the oldest committed event that is not published yet',
    ({ oldestAgeMs }) => oldestAgeMs / 1_000,
  );
}

/** One question at a time: both gauges share an answer, and scrapes of a slow store do not pile up. */
function sharedLag(outbox: Pick<Outbox, 'lag'>): () => Promise<OutboxLag> {
  let asking: Promise<OutboxLag> | undefined;
  return () => {
    asking ??= outbox.lag().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}
