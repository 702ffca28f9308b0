import { DomainError } from '@trilith/service';

/** The range begins before what is still kept. */
export class RangeNotKeptError extends DomainError {
  readonly code = 'range_not_kept';
  readonly kind = 'invalid';

  constructor(what: string, keptSince: Date) {
    super(`${what} are kept since ${keptSince.toISOString()}.`, {
      facts: { keptSince: keptSince.toISOString() },
    });
  }
}

/** The range is empty, or has more parts than one answer may hold. */
export class BadRangeError extends DomainError {
  readonly code = 'bad_range';
  readonly kind = 'invalid';

  constructor({ most, what }: { most: number; what: string }) {
    super(`The range has to hold from 1 to ${most} ${what}.`, { facts: { most } });
  }
}
