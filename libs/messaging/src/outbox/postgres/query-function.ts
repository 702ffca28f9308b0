/**
 * Runs one statement in the ambient transaction: `(sql, parameters) => manager.query(sql, parameters)`
 * with TypeORM, `(sql, parameters) => client.query(sql, parameters)` with pg.
 * May give the rows or an object that has them.
 */
export type QueryFunction = (sql: string, parameters: unknown[]) => Promise<unknown>;

/** The rows of a query function's result, whichever of its forms it took. */
export function rowsOf(result: unknown): readonly Record<string, unknown>[] {
  if (Array.isArray(result)) return result as Record<string, unknown>[];
  if (typeof result === 'object' && result !== null && 'rows' in result) return rowsOf(result.rows);
  throw new TypeError('The query function gave neither rows nor an object with rows');
}
