import { readFileSync } from 'node:fs';
import { Failure } from '../../../terminal/failure.ts';
import { MARK, type Session } from '../session.ts';

/** A statement as pg_stat_statements sums it up: `$1` stands for what differed. */
export interface Statement {
  /** Sixteen hexadecimal digits, of which the first few will do. */
  readonly id: string;
  readonly query: string;
}

export interface TopStatement extends Statement {
  readonly calls: number;
  readonly total_ms: number;
  /** Of the time of all statements. */
  readonly share: number;
  readonly mean_ms: number;
  readonly max_ms: number;
  readonly rows_a_call: number;
  /** Blocks found in the cache, and those that were not. */
  readonly hits: number;
  readonly reads: number;
  readonly temp_blocks: number;
}

interface State {
  readonly database: string;
  readonly block_size: number;
  readonly available: boolean;
  readonly schema: string | null;
  readonly loaded: boolean;
}

const read = (file: string) => readFileSync(new URL(`${file}.sql`, import.meta.url), 'utf8');
const STATE = read('statement-statistics');
const TOP = read('top-statements');
const FIND = read('find-statement');

/** Of a server's databases the one that is there for such things. */
const MAINTENANCE = 'postgres';

/** What pg_stat_statements has of a database, wherever on the server it can be asked. */
export class StatementStatistics {
  readonly #session: Session;
  readonly #database: string;
  readonly #schema: string;
  readonly blockSize: number;

  private constructor(session: Session, database: string, schema: string, state: State) {
    this.#session = session;
    this.#database = database;
    this.#schema = schema;
    this.blockSize = state.block_size;
  }

  /** Statistics, or what has to be done to have them. */
  static async of(session: Session): Promise<StatementStatistics | { readonly missing: string }> {
    const [state] = await session.rows<State>(STATE);
    if (!state) throw new Failure('The server tells nothing of itself.');
    if (!state.available) {
      return {
        missing:
          'Install the package with PostgreSQL’s additional modules (postgresql-contrib), put pg_stat_statements into shared_preload_libraries and restart the server.',
      };
    }
    if (!state.loaded) {
      return {
        missing:
          "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements' (beside what is there), restart the server, then CREATE EXTENSION pg_stat_statements.",
      };
    }
    if (state.schema !== null) {
      return new StatementStatistics(session, state.database, state.schema, state);
    }
    // It counts for the whole server: any database that has the extension will do.
    const elsewhere = await session.inDatabase(MAINTENANCE).catch(() => undefined);
    const [other] = (await elsewhere?.rows<State>(STATE).catch(() => undefined)) ?? [];
    if (elsewhere && other?.schema) {
      return new StatementStatistics(elsewhere, state.database, other.schema, other);
    }
    return {
      missing: `In the database ${state.database}, or in "${MAINTENANCE}", as a superuser: CREATE EXTENSION pg_stat_statements.`,
    };
  }

  /** Those that took most time. */
  async top(count: number): Promise<TopStatement[]> {
    return this.#session.rows<TopStatement>(this.#from(TOP), [this.#database, MARK, count]);
  }

  /** @throws Failure when none or several ids begin so. */
  async find(idPrefix: string): Promise<Statement> {
    const found = await this.#session.rows<Statement>(this.#from(FIND), [idPrefix, this.#database]);
    const [statement, another] = found;
    if (!statement) {
      throw new Failure(
        `No statement has an id that begins with ${idPrefix}: "npm run doctor -- postgres" lists them.`,
      );
    }
    if (another) throw new Failure(`Several ids begin with ${idPrefix}: give more digits.`);
    return statement;
  }

  /** The extension's view may be in any schema. */
  #from(sql: string): string {
    return sql.replace('FROM pg_stat_statements', `FROM ${this.#schema}.pg_stat_statements`);
  }
}
