/** Which column keeps the highest token, and where the statement has the writer's. */
export interface FenceConditionParts {
  /** The parameter with the token: `$2`. */
  readonly token: string;
  /** The column, as SQL; `fence` by default. */
  readonly column?: string;
}

/**
 * An SQL condition that a write under a lock adds to its own, setting the column at the same time: a
 * row that was written with a higher token is then not changed, and the count of rows tells.
 *
 * @example
 * const fence = fenceCondition({ token: '$3' });
 * const { rowCount } = await client.query(
 *   `UPDATE reports SET body = $2, fence = $3 WHERE id = $1 AND ${fence}`,
 *   [id, body, lease.fencingToken],
 * );
 * if (rowCount === 0) throw new Error('somebody else has the lock by now');
 */
export function fenceCondition({ token, column = 'fence' }: FenceConditionParts): string {
  // A row that was never written under a lock accepts the first.
  return `(${column} IS NULL OR ${column} <= ${token})`;
}
