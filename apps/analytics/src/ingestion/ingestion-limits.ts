import type { ExecutionContext } from '@nestjs/common';
import { type Policy, RateLimit, gcra } from '@trilith/rate-limit';
import type { FastifyRequest } from 'fastify';

import type { AnalyticsConfig } from '../analytics.config.js';
import { EventLines, MOST_EVENTS } from './event-lines.js';
import { writeKeyHash } from './write-key.guard.js';

/** How many events one write key, and one address, may send. */
export function ingestionPolicies({ key, address }: AnalyticsConfig['events']['limits']): Policy[] {
  return [gcra({ name: 'events-key', ...key }), gcra({ name: 'events-address', ...address })];
}

/** Limits a route by the events that it is sent. Stands above what checks the write key. */
export const LimitsEvents = () =>
  RateLimit(
    { policy: 'events-key', key: writeKeyHash, cost: eventsIn },
    { policy: 'events-address', key: 'address', cost: eventsIn },
  );

/** A batch with too many is refused right after this, and takes what the largest would. */
function eventsIn(context: ExecutionContext): number {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  return body instanceof EventLines ? Math.min(Math.max(body.count, 1), MOST_EVENTS) : 1;
}
