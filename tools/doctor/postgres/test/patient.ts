import { type PostgresForTest, postgresForTest } from '@trilith/testing';
import pg from 'pg';
import type { Finding } from '../../finding.ts';
import type { Check } from '../check.ts';
import { LIMITS, type Limits } from '../limits.ts';
import { Session } from '../session.ts';

/** A migrated database of a test's own, with somebody who works in it and the doctor. */
export class Patient {
  readonly url: string;
  readonly #database: PostgresForTest;
  readonly #clients: pg.Client[] = [];
  #session: Promise<Session> | undefined;

  private constructor(database: PostgresForTest) {
    this.#database = database;
    this.url = database.url;
  }

  static async admit(): Promise<Patient> {
    return new Patient(await postgresForTest());
  }

  /** A connection that works in the database, and is closed at the end. */
  async client(name = 'somebody'): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url, application_name: name });
    client.on('error', () => undefined);
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  /** Runs statements, and lets the server count at once what they did. */
  async run(sql: string): Promise<void> {
    const client = await this.client();
    for (const statement of sql.split(';;')) await client.query(statement);
    await client.query('SELECT pg_stat_force_next_flush()');
    await client.query('SELECT 1');
  }

  async session(): Promise<Session> {
    this.#session ??= Session.open(this.url, { timeoutMs: 30_000 });
    return this.#session;
  }

  /** What a check finds. */
  async examine(check: Check, limits: Partial<Limits> = {}): Promise<Finding[]> {
    return check.examine(await this.session(), { ...LIMITS, ...limits });
  }

  /** What a check finds of one thing. */
  async findingsOf(subject: string, check: Check, limits?: Partial<Limits>): Promise<Finding[]> {
    const findings = await this.examine(check, limits);
    return findings.filter((finding) => finding.subject === subject);
  }

  async leave(): Promise<void> {
    await (await this.#session)?.close();
    for (const client of this.#clients) await client.end().catch(() => undefined);
    await this.#database.close();
  }
}
