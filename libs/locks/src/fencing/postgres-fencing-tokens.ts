import { readFileSync } from 'node:fs';

import type { FencingTokens } from './fencing-tokens.js';

/**
 * Runs one statement: `(sql) => pool.query(sql)` with pg, `(sql) => dataSource.query(sql)` with
 * TypeORM. May give the rows or an object that has them. Give it a deadline.
 */
export type QueryFunction = (sql: string) => Promise<unknown>;

/** The statements that make the sequence `fencing_tokens`: put them into a migration. */
export const createFencingTokensSql = readFileSync(
  new URL('./create-fencing-tokens.sql', import.meta.url),
  'utf8',
);

/** The driver gives a bigint as text, where it is not told otherwise. */
const NEXT = `SELECT nextval('fencing_tokens')::text AS token`;

/**
 * Mints from one sequence of PostgreSQL. It serves all resources: what rises for all rises for each,
 * and nothing is left behind by a resource that is not locked again. No transaction of the caller's
 * is needed, and none takes a token back.
 *
 * A sequence never goes back on its server, also not by a crash, unless `synchronous_commit` is off.
 * A replica that takes over without the last writes may repeat some: use synchronous replication.
 */
export class PostgresFencingTokens implements FencingTokens {
  constructor(private readonly options: { readonly query: QueryFunction }) {}

  async next(): Promise<bigint> {
    const [row] = rowsOf(await this.options.query(NEXT));
    return BigInt(String(row?.token));
  }
}

function rowsOf(result: unknown): readonly { readonly token?: unknown }[] {
  if (Array.isArray(result)) return result as { token?: unknown }[];
  if (typeof result === 'object' && result !== null && 'rows' in result) return rowsOf(result.rows);
  throw new TypeError('The query function gave neither rows nor an object with rows');
}
