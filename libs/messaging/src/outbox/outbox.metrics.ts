import type * as promClient from 'prom-client';

import { MessagingOptionError } from '../messaging.errors.js';
import { withinDeadline } from './deadline.js';
import type { OutboxLag } from './outbox-store.js';
import type { Outbox } from './outbox.js';

/** What {@link outboxMetrics} measures, and where it shows. */
export interface OutboxMetricsOptions {
  readonly outbox: Pick<Outbox, 'lag'>;
  readonly registry: promClient.Registry;
  /** The label `outbox`, which tells it from others of one registry. Default `default`. */
  readonly name?: string;
  /** Milliseconds that a scrape waits for the store. Default 1000. */
  readonly timeoutMs?: number;
}

/** How one outbox of a registry is asked. */
type Question = () => Promise<OutboxLag>;

const measured = new WeakMap<promClient.Registry, Map<string, Question>>();

/**
 * Gauges of `prom-client`, asked of the store at each scrape: `messaging_outbox_pending`, how many
 * committed events are not published, and `messaging_outbox_oldest_age_seconds`, for how long the
 * first of them has waited. While the store does not answer in time they have no value, and the rest
 * of the scrape is not held up. Several outboxes share the gauges of one registry, each with its name.
 *
 * `prom-client` is handed in, so that applications without it need not install it.
 *
 * @throws {MessagingOptionError} when the registry has an outbox of that name.
 */
export function outboxMetrics(
  { Gauge }: Pick<typeof promClient, 'Gauge'>,
  { outbox, registry, name = 'default', timeoutMs = 1_000 }: OutboxMetricsOptions,
): void {
  const lag = sharedLag(outbox);
  const deadline = { operation: 'measuring the outbox', timeoutMs };
  const ask = async () => withinDeadline(lag(), deadline);
  const others = measured.get(registry);
  if (others?.has(name)) {
    throw new MessagingOptionError('outboxMetrics.name', name, 'a name of its own for each outbox');
  }
  if (others !== undefined) {
    others.set(name, ask);
    return;
  }
  const outboxes = new Map([[name, ask]]);
  measured.set(registry, outboxes);
  addGauges(Gauge, registry, outboxes);
}

function addGauges(
  Gauge: typeof promClient.Gauge,
  registry: promClient.Registry,
  outboxes: ReadonlyMap<string, Question>,
): void {
  const gauge = (metric: string, help: string, valueOf: (lag: OutboxLag) => number) =>
    new Gauge({
      name: `messaging_outbox_${metric}`,
      help,
      labelNames: ['outbox'],
      registers: [registry],
      async collect() {
        const asked = [...outboxes].map(async ([outbox, ask]) => {
          try {
            this.set({ outbox }, valueOf(await ask()));
          } catch {
            // An old value would look like a new one.
            this.remove({ outbox });
          }
        });
        await Promise.all(asked);
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
