import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { Migrator } from '../src/index.js';
import { CommandLine } from './command-line.js';
import type { StoreTimeouts, TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createPostgres, sql } from './postgres-under-test.js';
import { waitUntil } from './wait-until.js';

/** The header of files that run statement by statement. */
export const WITHOUT = '-- migrate: no-transaction\n';
/** A statement that goes on only when the gate is open. */
export const GATE = `DO $$ BEGIN
  WHILE NOT EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.05); END LOOP;
END $$;\n`;

/** A database with a table of 1,000 notes, files for it, and other users of it. */
export class Notes implements AsyncDisposable {
  readonly warnings: string[] = [];
  readonly directory = new TestDirectory();
  private readonly clients: pg.Client[] = [];

  private constructor(readonly database: TestDatabase) {
    mkdirSync(this.directory.file('postgres'));
  }

  static async create(): Promise<Notes> {
    const notes = new Notes(await createPostgres());
    await notes.sql(`CREATE TABLE notes (id int, text text)`);
    await notes.sql(`INSERT INTO notes SELECT n, n::text FROM generate_series(1, 1000) n`);
    return notes;
  }

  async sql<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    return sql<Row>(this.database.url, text);
  }

  migrator(timeouts: StoreTimeouts = {}): Migrator {
    return new Migrator({
      store: this.database.open(timeouts),
      directory: this.directory.file('postgres'),
      logger: { info: () => undefined, warn: (line) => this.warnings.push(line) },
    });
  }

  write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(path.join(this.directory.file('postgres'), name), text);
    }
  }

  async run(files: Record<string, string>, timeouts: StoreTimeouts = {}) {
    this.write(files);
    return this.migrator(timeouts).up();
  }

  async ledger() {
    return this.database.open().readLedger();
  }

  async indexes() {
    return this.sql<{ name: string; valid: boolean }>(
      `SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index
       WHERE indrelid::regclass::text NOT LIKE 'pg_%' AND NOT indisprimary ORDER BY 1`,
    );
  }

  /** A transaction of the application, which statements that work concurrently wait for. */
  async openTransaction(text: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.database.url });
    this.clients.push(client);
    await client.connect();
    await client.query(`BEGIN; ${text}`);
    return client;
  }

  /** Resolves when a statement that begins like this waits for a lock. */
  async whileWaiting(text: string): Promise<void> {
    await waitUntil(async () => {
      const rows = await this.sql(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
           AND pid <> pg_backend_pid() AND query LIKE '${text}%' AND wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
  }

  /** The command line in a process of its own, killed while a statement waits for a lock. */
  async killWhileWaiting(text: string): Promise<void> {
    const cli = new CommandLine(['up', '--directory', this.directory.path], {
      DATABASE_URL: this.database.url,
    });
    await this.whileWaiting(text);
    cli.process.kill('SIGKILL');
    await cli.ended;
    // The server has seen it too.
    await waitUntil(async () => {
      const rows = await this.sql(
        `SELECT FROM pg_stat_activity WHERE datname = current_database()
           AND application_name = 'trilith-migrations'`,
      );
      return rows.length === 0;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.clients.map(async (client) => client.end()));
    this.directory[Symbol.dispose]();
    await this.database.drop();
  }
}
