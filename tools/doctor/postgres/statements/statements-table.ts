import { table } from '../../../terminal/table.ts';
import { duration, percent, whole } from '../../figures.ts';
import { redact, shortened } from '../redact.ts';
import type { TopStatement } from './statement-statistics.ts';

const QUERY_LENGTH = 70;

/** The statements for a person. */
export function statementsTable(statements: readonly TopStatement[]): string {
  return table(
    ['id', 'time', 'calls', 'mean', 'longest', 'rows', 'cached', 'statement'],
    statements.map((statement) => [
      statement.id.slice(0, 8),
      percent(statement.share),
      whole(statement.calls),
      duration(statement.mean_ms),
      duration(statement.max_ms),
      whole(statement.rows_a_call),
      percent(statement.hits / Math.max(1, statement.hits + statement.reads)),
      shortened(redact(statement.query), QUERY_LENGTH),
    ]),
  );
}

/** The statements for a program. */
export function statementFacts(statements: readonly TopStatement[]) {
  return statements.map(
    ({ query, total_ms: totalMs, mean_ms: meanMs, max_ms: maxMs, ...more }) => ({
      id: more.id,
      calls: more.calls,
      totalMs,
      share: more.share,
      meanMs,
      maxMs,
      rowsACall: more.rows_a_call,
      blocksHit: more.hits,
      blocksRead: more.reads,
      temporaryBlocks: more.temp_blocks,
      query: redact(query),
    }),
  );
}
