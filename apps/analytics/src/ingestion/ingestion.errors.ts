import { DomainError } from '@trilith/service';

import { MOST_EVENTS } from './event-lines.js';

/** The request has no write key, or one that is not known here. */
export class UnknownWriteKeyError extends DomainError {
  readonly code = 'unknown_write_key';
  readonly kind = 'unauthenticated';
  override readonly challenge = 'WriteKey';

  constructor() {
    super('Give a write key of this service, as X-Write-Key or in the query as writeKey.');
  }
}

/** The batch has more events than one request may carry. */
export class TooManyEventsError extends DomainError {
  readonly code = 'too_many_events';
  readonly kind = 'too_large';

  constructor(events: number) {
    super(`A batch takes up to ${MOST_EVENTS} events.`, { facts: { events, most: MOST_EVENTS } });
  }
}

/** More is under way, or the store fuller, than is safe. Nothing was counted. */
export class OverloadedError extends DomainError {
  readonly code = 'overloaded';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 2;

  constructor(what: 'events under way' | 'memory of the store') {
    super('Too much is arriving at the moment. Please send the same events again later.', {
      facts: { what },
    });
  }
}

/** Why the time of an event is not believed; see {@link ClientClockError.message}. */
export type ClockFault = 'clock_off' | 'in_the_future' | 'too_old';

const FAULTS: Readonly<Record<ClockFault, string>> = {
  clock_off: 'The sender’s clock, or the time in the id, is off by more than 25 hours.',
  in_the_future: 'It happens more than 5 minutes from now. Give sentAt to have clocks compared.',
  too_old: 'It happened more than 4 days ago.',
};

/** An event’s time is none in which it can be counted. */
export class ClientClockError extends DomainError {
  readonly kind = 'invalid';

  constructor(readonly code: ClockFault) {
    super(FAULTS[code]);
  }
}
