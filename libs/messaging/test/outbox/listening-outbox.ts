import pg from 'pg';

import type { CommitListener, OnCommitted } from '../../src/index.js';
import type { Backend } from './backend.js';
import { postgresBackend } from './postgres-backend.js';

/** An outbox in a database of its own: nobody else listens there. */
export class ListeningOutbox {
  private readonly opened: CommitListener[] = [];

  private constructor(
    readonly backend: Backend,
    readonly admin: pg.Client,
  ) {}

  static async open(): Promise<ListeningOutbox> {
    const backend = await postgresBackend.open();
    const admin = new pg.Client(backend.location.url);
    await admin.connect();
    return new ListeningOutbox(backend, admin);
  }

  /** Within a transaction of the backend. */
  async add(payload: unknown = 1): Promise<string> {
    return this.backend.outbox.add({ topic: 't', key: 'k', payload });
  }

  /** An event in a transaction of its own. */
  async commit(payload?: unknown): Promise<string> {
    return this.backend.inTransaction(async () => this.add(payload));
  }

  async listen(onCommitted: OnCommitted, store = this.backend.store): Promise<CommitListener> {
    const listener = await store.listen(onCommitted);
    if (listener === undefined) throw new Error('the store does not listen');
    this.opened.push(listener);
    return listener;
  }

  /** Process ids of the connections that are told of commits. */
  async listeners(): Promise<number[]> {
    const { rows } = await this.admin.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database()
         AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock')`,
    );
    return rows.map(({ pid }) => pid);
  }

  async terminate(pid: number | undefined): Promise<void> {
    await this.admin.query('SELECT pg_terminate_backend($1)', [pid]);
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.splice(0).map(async (listener) => listener.close()));
    await this.admin.end();
    await this.backend.close();
  }
}
