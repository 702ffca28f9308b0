import type * as promClient from 'prom-client';

import type { LockFacts, LockObserver } from './lock-observer.js';

/** The parts of `prom-client` that are used: pass the module itself. */
export type PromClient = Pick<typeof promClient, 'Counter' | 'Gauge' | 'Histogram'>;

/** Where metrics show, and what they tell apart. */
export interface LocksMetricsOptions {
  readonly registry: promClient.Registry;
  /**
   * What a resource is called in the label `lock`; there should be few of them. Default: what stands
   * before the first colon, `post` for `post:7`.
   */
  readonly nameOf?: (resource: string) => string;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Metrics of `prom-client`: `new LockManager({ …, observer: locksMetrics(promClient, { registry }) })`.
 * `locks_waiting`, `locks_held`, `locks_lost_total`, `locks_wait_seconds` (of all acquisitions, also
 * those that waited for nothing), `locks_refused_total` by reason, `locks_held_seconds`.
 *
 * `prom-client` is handed in, so that applications without it need not install it.
 */
export function locksMetrics(
  { Counter, Gauge, Histogram }: PromClient,
  { registry, nameOf = beforeColon }: LocksMetricsOptions,
): LockObserver {
  const registers = [registry];
  const labelNames = ['lock', 'kind'] as const;
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers });
  const histogram = (name: string, help: string) =>
    new Histogram({ name, help, labelNames, registers, buckets: seconds });

  const waiting = gauge('locks_waiting', 'Who waits for a lock in this process');
  const held = gauge('locks_held', 'Leases that this process holds');
  const waits = histogram(
    'locks_wait_seconds',
    'How long locks were waited for that were acquired',
  );
  const leases = histogram('locks_held_seconds', 'How long leases were held');
  const lost = new Counter({
    name: 'locks_lost_total',
    help: 'Leases that were lost before they were released',
    labelNames,
    registers,
  });
  const refused = new Counter({
    name: 'locks_refused_total',
    help: 'Waits that ended without a lease',
    labelNames: [...labelNames, 'reason'],
    registers,
  });
  const labels = ({ resource, kind }: LockFacts) => ({ lock: nameOf(resource), kind });

  return {
    waiting: (facts) => waiting.inc(labels(facts)),
    waited: ({ outcome, ...facts }) => {
      waiting.dec(labels(facts));
      if (outcome !== 'acquired') refused.inc({ ...labels(facts), reason: outcome });
    },
    acquired: ({ waitedMs, ...facts }) => {
      held.inc(labels(facts));
      waits.observe(labels(facts), waitedMs / 1_000);
    },
    ended: ({ heldMs, isLost, ...facts }) => {
      held.dec(labels(facts));
      leases.observe(labels(facts), heldMs / 1_000);
      if (isLost) lost.inc(labels(facts));
    },
  };
}

function beforeColon(resource: string): string {
  return resource.split(':', 1)[0] ?? resource;
}
