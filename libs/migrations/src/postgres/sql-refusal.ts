import { concurrentStatementOf } from './concurrent-statement.js';
import type { SqlDirectives } from './sql-directives.js';
import type { SqlStatement } from './sql-statements.js';

/** Statements that would end the transaction in which the file runs, or start one of its own. */
const TRANSACTION_CONTROL =
  /^(?:BEGIN|START TRANSACTION|COMMIT|END|ABORT|ROLLBACK(?! TO\b| WORK TO\b| TRANSACTION TO\b)|PREPARE TRANSACTION)\b/;

/** Why these statements cannot be run as the header asks; undefined if they can. */
export function sqlRefusal(
  { statements }: { readonly statements: readonly SqlStatement[] },
  directives: SqlDirectives,
): string | undefined {
  if (statements.length === 0) return 'holds no statement';
  for (const statement of statements) {
    const reason = refusalOfStatement(statement, directives);
    if (reason !== undefined) return `"${beginningOf(statement)}" ${reason}`;
  }
  return undefined;
}

function refusalOfStatement(
  statement: SqlStatement,
  { noTransaction }: SqlDirectives,
): string | undefined {
  const words = statement.words.join(' ');
  if (statement.backslash) {
    return 'holds a backslash command of psql, which the server does not understand';
  }
  if (TRANSACTION_CONTROL.test(words)) {
    return noTransaction
      ? 'controls a transaction; without one, statements run one by one'
      : 'controls the transaction; each file runs in one already';
  }
  if (statement.words[0] === 'COPY') {
    return 'reads or writes data outside of the file, which no checksum covers; use INSERT';
  }
  if (!noTransaction) return undefined;
  const concurrent = concurrentStatementOf(statement);
  return concurrent?.kind === 'create_index' && concurrent.index === undefined
    ? 'gives the index no name, by which it is found again after a crash; name it'
    : undefined;
}

/** Its first line, shortened. */
function beginningOf({ text }: SqlStatement): string {
  return text.split(/[\r\n]/, 1)[0]?.slice(0, 40) ?? '';
}
