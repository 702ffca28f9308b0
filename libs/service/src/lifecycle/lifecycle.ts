import { Injectable } from '@nestjs/common';

/** Where a service is in its life. It is ready only while it runs. */
export type Phase = 'starting' | 'running' | 'stopping';

/** The phase of the service, for whoever has to know that it is about to stop. */
@Injectable()
export class Lifecycle {
  private current: Phase = 'running';
  private readonly controller = new AbortController();

  get phase(): Phase {
    return this.current;
  }

  /** Aborts when the stop begins: end long-lived answers (server-sent events, long polls) by it. */
  get stopping(): AbortSignal {
    return this.controller.signal;
  }

  /** Not ready until {@link running}. */
  starting(): void {
    if (this.current !== 'stopping') this.current = 'starting';
  }

  running(): void {
    if (this.current !== 'stopping') this.current = 'running';
  }

  /** From here on the service is not ready; there is no way back. */
  beginStop(): void {
    this.current = 'stopping';
    this.controller.abort();
  }
}
