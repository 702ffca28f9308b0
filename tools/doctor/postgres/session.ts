import pg from 'pg';
import { Failure } from '../../terminal/failure.ts';

/** What the doctor is called in pg_stat_activity. */
const NAME = 'trilith doctor';
/** Within each of its own queries, by which they are told from others' in pg_stat_statements. */
export const MARK = `/* ${NAME} */`;
/** What a query begins with: comments before it are not kept there. */
const BEGINNING = /^(?:--.*\n|\s)*(?:SELECT|WITH)\b/;
const CONNECT_MS = 5_000;
/** Catalogs are read without a wait; whatever is locked so hard is not waited for. */
const LOCK_MS = 500;
/** For an answer that says that the time was over. */
const GRACE_MS = 2_000;

const SETTINGS = `SELECT ${MARK} set_config('statement_timeout', $1, true),
  set_config('lock_timeout', $2, true), set_config('timezone', 'UTC', true),
  set_config('DateStyle', 'ISO', true)`;

/** How long a query may take, and whether it may change what is rolled back afterwards. */
export interface Asking {
  readonly timeoutMs: number;
  readonly mayChange?: boolean;
  /** Sends it as text, in which others may hide: for one that was seen to be alone. */
  readonly asText?: boolean;
}

/**
 * One connection that only looks. Each query has a transaction of its own, which is read-only, has
 * deadlines for itself and for locks, and is always rolled back: nothing is left in the session, so
 * that it works behind PgBouncer, too.
 */
export class Session {
  readonly #client: pg.Client;
  readonly #url: string;
  readonly #timeoutMs: number;
  /** Sessions in other databases of the server. */
  readonly #beside = new Map<string, Promise<Session>>();
  /** Why nothing more is asked: a server that did not answer in time would not answer later. */
  #lost: Error | undefined;

  private constructor(client: pg.Client, url: string, timeoutMs: number) {
    this.#client = client;
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    client.on('error', (error) => (this.#lost ??= error));
  }

  /** @throws Failure when the server cannot be reached, without the address's password. */
  static async open(url: string, { timeoutMs }: { timeoutMs: number }): Promise<Session> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: NAME,
    });
    const session = new Session(client, url, timeoutMs);
    try {
      await client.connect();
    } catch (error) {
      await session.close();
      throw new Failure(`The database cannot be reached: ${reasonOf(error)}`, { cause: error });
    }
    return session;
  }

  /** Rows of a query of the doctor's own. */
  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.ask<Row>(marked(sql), values, { timeoutMs: this.#timeoutMs });
  }

  /**
   * Rows of one statement, whoever wrote it: it goes as one, so that none can hide behind it and
   * leave the transaction.
   */
  async ask<Row extends object>(
    sql: string,
    values: readonly unknown[],
    { timeoutMs, mayChange = false, asText = false }: Asking,
  ): Promise<Row[]> {
    await this.#send(mayChange ? 'BEGIN' : 'BEGIN TRANSACTION READ ONLY', [], timeoutMs);
    try {
      await this.#send(
        SETTINGS,
        [String(timeoutMs), String(Math.min(LOCK_MS, timeoutMs))],
        timeoutMs,
      );
      return (await this.#send<Row>(sql, values, timeoutMs, asText)).rows;
    } finally {
      await this.#send('ROLLBACK', [], timeoutMs).catch((error: Error) => (this.#lost ??= error));
    }
  }

  /**
   * A session in another database of the same server, which ends with this one.
   * @throws Failure when it cannot be reached.
   */
  async inDatabase(name: string): Promise<Session> {
    const url = new URL(this.#url);
    url.pathname = `/${encodeURIComponent(name)}`;
    const session =
      this.#beside.get(name) ?? Session.open(url.href, { timeoutMs: this.#timeoutMs });
    this.#beside.set(name, session);
    return session;
  }

  async close(): Promise<void> {
    for (const session of this.#beside.values()) {
      await session.then(async (open) => open.close()).catch(() => undefined);
    }
    const ended = this.#client.end().catch(() => undefined);
    // Ending a connection that hangs waits for nobody.
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())]);
  }

  async #send<Row extends object>(
    text: string,
    values: readonly unknown[],
    timeoutMs: number,
    asText = false,
  ) {
    if (this.#lost) throw this.#lost;
    try {
      const query: pg.QueryConfig & { queryMode?: string; query_timeout: number } = {
        text,
        values: [...values],
        // The protocol in which a second statement is an error.
        ...(asText ? {} : { queryMode: 'extended' }),
        query_timeout: timeoutMs + GRACE_MS,
      };
      return await this.#client.query<Row>(query);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) this.#lost ??= error as Error;
      throw error;
    }
  }
}

function marked(sql: string): string {
  return sql.replace(BEGINNING, (beginning) => `${beginning} ${MARK}`);
}

/** One line without the server's details, which may repeat what somebody entered. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const known = REASONS[code ?? ''];
  if (known !== undefined) return known;
  return (message || code || 'for no known reason').split('\n', 1)[0] ?? '';
}

const REASONS: Readonly<Record<string, string>> = {
  '57014': 'it took longer than the deadline (--timeout)',
  '55P03': 'somebody else holds a lock on it',
  '42501': 'this role may not look there; GRANT pg_monitor to it',
};
