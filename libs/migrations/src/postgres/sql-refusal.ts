import { splitStatements } from './sql-statements.js';

/** Statements that would end the transaction in which the file runs, or start one of its own. */
const TRANSACTION_CONTROL =
  /^(?:BEGIN|START TRANSACTION|COMMIT|END|ABORT|ROLLBACK(?! TO\b| WORK TO\b| TRANSACTION TO\b)|PREPARE TRANSACTION)\b/;

/** Why a file cannot be run in one transaction; undefined if it can. */
export function refusalOf(sql: string): string | undefined {
  const directive = /^[ \t]*--[ \t]*migrate:[ \t]*(?<name>\S+)/m.exec(sql)?.groups?.name;
  if (directive) return `asks for "${directive}", which this version does not support`;
  const statements = splitStatements(sql);
  if (statements.length === 0) return 'holds no statement';
  const control = statements.find(({ words }) => TRANSACTION_CONTROL.test(words.join(' ')));
  if (control === undefined) return undefined;
  return `"${control.text.slice(0, 40)}" controls the transaction; each file runs in one already`;
}
