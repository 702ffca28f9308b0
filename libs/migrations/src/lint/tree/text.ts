import type { Constraint, ColumnDef } from 'libpg-query';
import type { SqlStatement, SqlToken } from '../sql-parser.js';

/** The statement as it stands in the file, with its semicolon. */
export function textOf({ source, start, end }: SqlStatement): string {
  return `${source.slice(start, end)};`;
}

/** The statement with words put in after the first occurrence of a keyword. */
export function withAfter(statement: SqlStatement, keyword: string, words: string): string {
  const { source, start, end, tokens } = statement;
  const at = tokens.find((token) => isWord(token, keyword))?.end ?? start;
  return `${source.slice(start, at)} ${words}${source.slice(at, end)};`;
}

/** From a place to the comma, or the end of the statement, that ends what begins there. */
export function clauseAt(statement: SqlStatement, start: number): string {
  let depth = 0;
  for (const token of statement.tokens) {
    if (token.start < start) continue;
    if (token.text === '(' || token.text === '[') depth += 1;
    if (token.text === ')' || token.text === ']') depth -= 1;
    if (depth < 0 || (token.text === ',' && depth === 0)) {
      return statement.source.slice(start, token.start).trimEnd();
    }
  }
  return statement.source.slice(start, statement.end);
}

/** The type of a new column as it was written. */
export function typeText(statement: SqlStatement, definition: ColumnDef): string {
  const start = definition.typeName?.location ?? definition.location ?? statement.start;
  const length = Buffer.byteLength(clauseAt(statement, start));
  const constraints = (definition.constraints ?? []).flatMap((node) =>
    'Constraint' in node ? [node.Constraint.location ?? 0] : [],
  );
  const using = statement.tokens.filter((token) => isWord(token, 'USING'));
  const next = [...constraints, ...using.map((token) => token.start)];
  const end = Math.min(start + length, ...next.filter((location) => location > start));
  return statement.source.slice(start, end).trim();
}

/** An expression that stands between a constraint's word (`DEFAULT`, `CHECK`) and what follows. */
export function expressionText(statement: SqlStatement, constraint: Constraint): string {
  const whole = clauseAt(statement, constraint.location ?? statement.start);
  const open = whole.indexOf('(');
  return open === -1
    ? whole.slice(whole.indexOf(' ') + 1)
    : whole.slice(open, whole.lastIndexOf(')') + 1);
}

/** What follows the first word of a clause. */
export function afterFirstWord(clause: string): string {
  return clause.slice(clause.search(/\s/) + 1).trim();
}

function isWord(token: SqlToken, keyword: string): boolean {
  const isText = token.tokenName === 'IDENT' || token.tokenName === 'SCONST';
  return !isText && token.text.toUpperCase() === keyword;
}
