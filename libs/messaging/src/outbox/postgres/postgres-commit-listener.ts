import type { Client, ClientConfig } from 'pg';

import type { CommitListener } from '../commit-listener.js';
import { withinDeadline } from '../deadline.js';
import { PooledListenerError } from '../outbox.errors.js';
import type { OnCommitted, OutboxMessage } from '../outbox-store.js';
import { ARM, DISARM, LISTENING } from './postgres-outbox.sql.js';

/** How a connection that listens for commits is opened. */
export interface PostgresCommitListenerOptions {
  readonly settings: ClientConfig;
  /** Whether whoever gave the settings vouches for a session of its own. */
  readonly mayBePooled: boolean;
  /** Deadline of each query. */
  readonly timeoutMs: number;
  readonly onCommitted: OnCommitted;
}

/** How long to wait for a connection to say goodbye. */
const GOODBYE_MS = 1_000;
/** How often to ask for a sign of life: a peer that vanished leaves a connection that looks well. */
const HEARTBEAT_MS = 10_000;

/** Listens on a connection of its own: a pooled one would be lost to the pool for good. */
export class PostgresCommitListener implements CommitListener {
  readonly ended: Promise<void>;
  private readonly end = Promise.withResolvers<void>();
  private heartbeat: NodeJS.Timeout | undefined;

  static async open(options: PostgresCommitListenerOptions): Promise<PostgresCommitListener> {
    // Only here is the driver itself needed, and only applications with PostgreSQL have it.
    const { Client } = await import('pg');
    const listener = new PostgresCommitListener(new Client(options.settings), options);
    try {
      await listener.start();
    } catch (error) {
      await listener.close();
      throw error;
    }
    return listener;
  }

  private constructor(
    private readonly client: Client,
    private readonly options: PostgresCommitListenerOptions,
  ) {
    this.ended = this.end.promise;
    // Who waits for it comes later; an end before that is no unhandled rejection.
    this.ended.catch(() => undefined);
    // An error without a listener would end the process. The event `end` follows each of them.
    client.on('error', () => undefined);
    client.on('end', () => {
      this.end.reject(new Error('The connection that listens for commits has ended'));
    });
    client.on('notification', ({ payload = '' }) => options.onCommitted(toldBy(payload)));
  }

  async arm(): Promise<boolean> {
    const { armed } = await this.ask<{ armed: boolean }>('asking to be told of commits', ARM);
    return armed;
  }

  disarm(): void {
    this.ask('asking to be left alone', DISARM).catch((error: unknown) => this.fail(error));
  }

  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    this.end.resolve();
    const goodbye = this.client.end();
    const deadline = { operation: 'ending a connection', timeoutMs: GOODBYE_MS };
    await withinDeadline(goodbye, deadline).catch(() => this.client.connection.stream.destroy());
  }

  private async start(): Promise<void> {
    const deadline = { operation: 'listening for commits', timeoutMs: this.options.timeoutMs };
    await withinDeadline(this.client.connect(), deadline);
    const { channel, pid } = await this.ask<{ channel: string; pid: number }>(
      deadline.operation,
      LISTENING,
    );
    // A pooler makes up the process that it tells its clients of.
    if (!this.options.mayBePooled && pid !== processOf(this.client))
      throw new PooledListenerError();
    await this.ask(deadline.operation, `LISTEN ${this.client.escapeIdentifier(channel)}`);
    this.heartbeat = setInterval(() => {
      this.ask('a sign of life', 'SELECT 1').catch((error: unknown) => this.fail(error));
    }, HEARTBEAT_MS).unref();
  }

  /** The first row. A query without an answer leaves the lock in doubt: then the session must end. */
  private async ask<Row extends object>(operation: string, text: string): Promise<Row> {
    const { timeoutMs } = this.options;
    try {
      const { rows } = await withinDeadline(this.client.query<Row>(text), { operation, timeoutMs });
      return rows[0] as Row;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  private fail(error: unknown): void {
    this.end.reject(error);
  }
}

type Told = Omit<OutboxMessage, 'deliverAt'> & { readonly deliverAt?: string | null };

/** The events that a notice carries. Undefined where it tells only that there are some. */
function toldBy(notice: string): OutboxMessage[] | undefined {
  if (notice === '') return undefined;
  try {
    return (JSON.parse(notice) as Told[]).map(toMessage);
  } catch {
    // Somebody else's notice: the relay looks for itself.
    return undefined;
  }
}

/** As a look would find it: ids of the type uuid are in lower case. */
function toMessage({ id, topic, key, payload, headers, deliverAt }: Told): OutboxMessage {
  const message = { id: id.toLowerCase(), topic, key, payload, headers };
  return deliverAt ? { ...message, deliverAt: new Date(deliverAt) } : message;
}

/** What the server called its process as the connection began; the driver's types leave it out. */
function processOf(client: Client): number | null {
  return (client as unknown as { processID: number | null }).processID;
}
