import type * as promClient from 'prom-client';

import type { MessagingObserver } from './messaging-observer.js';

/** The parts of `prom-client` that are used: pass the module itself. */
export type PromClient = Pick<typeof promClient, 'Counter' | 'Gauge' | 'Histogram'>;

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Metrics of `prom-client`, registered where `registry` is:
 * `MessagingModule.forRoot({ …, observer: messagingMetrics(promClient, registry) })`.
 *
 * `prom-client` is handed in, so that applications without it need not install it.
 */
export function messagingMetrics(
  { Counter, Gauge, Histogram }: PromClient,
  registry: promClient.Registry,
): MessagingObserver {
  const registers = [registry];
  const counter = <const Labels extends string>(name: string, help: string, labels: Labels[]) =>
    new Counter({ name: `messaging_${name}_total`, help, labelNames: labels, registers });

  const gauge = <const Labels extends string>(name: string, help: string, labels: Labels[]) =>
    new Gauge({ name: `messaging_${name}`, help, labelNames: labels, registers });

  const published = counter('events_published', 'Events put on the streams', ['topic']);
  const refused = counter('events_refused', 'Events not taken: a stream was full', ['publisher']);
  const failed = counter('failed', 'Attempts of a handler that failed', ['kind', 'topic']);
  const retried = counter('events_retried', 'Events that were tried again', ['topic']);
  const dead = counter('events_dead', 'Events that became dead letters', ['topic']);
  const expired = counter('requests_expired', 'Requests dropped: nobody waited', ['topic']);
  const claimed = counter('claimed', 'Entries taken over from other consumers', ['stream']);
  const lag = gauge('lag_entries', 'Events not acknowledged', ['publisher', 'group']);
  const age = gauge('lag_seconds', 'Age of the oldest of them', ['publisher', 'group']);
  const owned = gauge('partitions_owned', 'Partitions that this replica reads', ['publisher']);
  const asked = counter('requests', 'Requests sent', ['service', 'topic', 'outcome']);
  const handled = new Histogram({
    name: 'messaging_handler_seconds',
    help: 'How long handlers took that succeeded',
    labelNames: ['kind', 'topic'],
    buckets: seconds,
    registers,
  });

  return {
    published: ({ topic, count }) => published.inc({ topic }, count),
    refused: ({ publisher, count }) => refused.inc({ publisher }, count),
    handled: ({ kind, topic, durationMs }) => handled.observe({ kind, topic }, durationMs / 1_000),
    failed: ({ kind, topic }) => failed.inc({ kind, topic }),
    retried: ({ topic }) => retried.inc({ topic }),
    deadLettered: ({ topic }) => dead.inc({ topic }),
    expired: ({ topic }) => expired.inc({ topic }),
    claimed: ({ stream, count }) => claimed.inc({ stream }, count),
    lag: ({ publisher, group, entries, oldestAgeMs }) => {
      lag.set({ publisher, group }, entries);
      age.set({ publisher, group }, oldestAgeMs / 1_000);
    },
    owned: ({ publisher, partitions }) => owned.set({ publisher }, partitions),
    replied: ({ service, topic, outcome }) => asked.inc({ service, topic, outcome }),
  };
}
