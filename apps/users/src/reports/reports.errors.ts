import { DomainError } from '@trilith/service';

/** The view is being made anew already, by this or another replica. */
export class RefreshRunningError extends DomainError {
  readonly code = 'refresh_running';
  readonly kind = 'conflict';

  constructor() {
    super('The view is being refreshed already.');
  }
}
