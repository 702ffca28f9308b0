import type * as promClient from 'prom-client';

import type { RateLimitObserver } from './rate-limit-observer.js';

/** The parts of `prom-client` that are used: pass the module itself. */
export type PromClient = Pick<typeof promClient, 'Counter' | 'Gauge' | 'Histogram'>;

/**
 * Metrics of `prom-client`, registered where `registry` is:
 * `new RateLimiter({ …, observer: rateLimitMetrics(promClient, registry) })`. One observer serves
 * any number of limiters. No key is ever a label.
 *
 * `prom-client` is handed in, so that applications without it need not install it.
 */
export function rateLimitMetrics(
  { Counter, Gauge, Histogram }: PromClient,
  registry: promClient.Registry,
): RateLimitObserver {
  const registers = [registry];
  const decisions = new Counter({
    name: 'rate_limit_decisions_total',
    help: 'Checks by what came of them (allowed, refused, shadow) and who decided',
    labelNames: ['limiter', 'policy', 'outcome', 'source'],
    registers,
  });
  const away = new Gauge({
    name: 'rate_limit_redis_unavailable',
    help: '1 while Redis does not answer a limiter, else 0',
    labelNames: ['limiter'],
    registers,
  });
  const lost = new Counter({
    name: 'rate_limit_slots_lost_total',
    help: 'Slots in flight that freed themselves before their work was done',
    labelNames: ['limiter', 'policy'],
    registers,
  });
  const asked = new Histogram({
    name: 'rate_limit_decision_seconds',
    help: 'How long decisions took for which Redis was asked',
    labelNames: ['limiter'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25],
    registers,
  });
  return {
    decided: (facts) => decisions.inc({ ...facts }),
    asked: ({ limiter, durationMs }) => asked.observe({ limiter }, durationMs / 1_000),
    unavailable: ({ limiter }) => away.set({ limiter }, 1),
    available: ({ limiter }) => away.set({ limiter }, 0),
    slotLost: ({ limiter, policies }) => {
      for (const policy of policies) lost.inc({ limiter, policy });
    },
  };
}
