import { parse as parseUuid } from 'uuid';

import type { SentEvent } from './dto/event.dto.js';
import { ClientClockError } from './ingestion.errors.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How far a sender's clock may be off: a day, as where the date is wrong, and an hour more. */
const MOST_SKEW_MS = 25 * HOUR_MS;
/** Clocks that are set right differ by no more. */
const TOLERANCE_MS = 5 * MINUTE_MS;
/**
 * How late an event may be. The same event, sent again and again with any clock that is believed, is
 * taken over no more than this and twice {@link MOST_SKEW_MS}: less than its id is remembered.
 */
const MOST_AGE_MS = 4 * 24 * HOUR_MS;

/**
 * When an event happened, by this service's clock. `sentAt` tells how far the sender's clock is off:
 * what it says of `at` is moved by as much (the derived time of Snowplow's collectors).
 *
 * @throws {ClientClockError} when that is too far from now, or the clock too far off.
 */
export function timeOf({ id, at, sentAt }: SentEvent, receivedAt: Date): Date {
  const received = receivedAt.getTime();
  const skew = sentAt === undefined ? 0 : received - Date.parse(sentAt);
  if (Math.abs(skew) > MOST_SKEW_MS) throw new ClientClockError('clock_off');
  checkTimeOfId(id, received);
  const happened = at === undefined ? received : Date.parse(at) + skew;
  if (happened > received + TOLERANCE_MS) throw new ClientClockError('in_the_future');
  if (happened < received - MOST_AGE_MS) throw new ClientClockError('too_old');
  return new Date(Math.min(happened, received));
}

/** Ids share a set per minute of their own time: times made up at will would cost a key each. */
function checkTimeOfId(id: string, received: number): void {
  const made = Buffer.from(parseUuid(id)).readUIntBE(0, 6);
  if (made > received + MOST_SKEW_MS || made < received - MOST_AGE_MS - MOST_SKEW_MS) {
    throw new ClientClockError('clock_off');
  }
}
