import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ClientConfig, Pool } from 'pg';

/**
 * Connections for what needs a session of its own (settings that last, LISTEN, DETACH … CONCURRENTLY),
 * which a pooler in transaction mode does not give: those of `DATABASE_DIRECT_URL`, or the service's
 * one pool where the database is reached directly anyway.
 */
@Injectable()
export class SessionPool implements OnApplicationShutdown {
  /** @param own a pool for this alone, which is closed with the service */
  constructor(
    private readonly shared: Pool,
    private readonly own: Pool | undefined,
  ) {}

  get pool(): Pool {
    return this.own ?? this.shared;
  }

  /** How to connect past the pooler, where there is one. */
  get direct(): ClientConfig | undefined {
    return this.own?.options;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.own?.end();
  }
}
