import { describeError } from '../failure.js';
import type { Delivery } from './delivery.js';

/**
 * The fields of a dead letter: those of the entry as they were, and why, when and where it died.
 * Names that start with `dead-` are this library's.
 */
export function deadLetterFields(delivery: Delivery, error: unknown): string[] {
  const { stream } = delivery.partition;
  const { group, member } = delivery.partition.group.identity;
  const { code, message, stack } = describeError(error);
  const about = {
    'dead-error': message,
    'dead-code': code,
    'dead-stack': stack,
    'dead-attempts': String(delivery.attempt),
    'dead-stream': stream,
    'dead-entry': delivery.entryId,
    'dead-group': group,
    'dead-consumer': member,
    'dead-at': new Date().toISOString(),
  };
  return [...delivery.entry.flat, ...Object.entries(about).flat()];
}
