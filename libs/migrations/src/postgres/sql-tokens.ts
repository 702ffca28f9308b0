export type TokenKind =
  | 'blank'
  | 'line_comment'
  | 'block_comment'
  | 'string'
  | 'quoted_name'
  | 'dollar_string'
  | 'word'
  | 'other';

/** A piece of a SQL text; the pieces of a text, one after the other, are the text. */
export interface SqlToken {
  readonly kind: TokenKind;
  readonly text: string;
  /** Where it begins, in UTF-16 units from 0. */
  readonly start: number;
}

/**
 * What stands between two parts of one string: blanks with a line end among them, and comments. After
 * it an E'…' string goes on, with its escapes.
 */
const CONTINUATION = /[ \t\f\v]*(?:--[^\r\n]*)?[\r\n](?:\s|--[^\r\n]*[\r\n])*/;

/** Tried in this order at each place; whatever none of them takes is a character of its own. */
const TOKENS: readonly (readonly [TokenKind, RegExp])[] = [
  ['blank', /\s+/y],
  ['line_comment', /--[^\r\n]*/y],
  ['block_comment', /\/\*/y],
  // Backslashes escape in E'…' only: standard_conforming_strings is on since PostgreSQL 9.1.
  [
    'string',
    new RegExp(
      `[eE]'${escaped()}(?:'${CONTINUATION.source}'${escaped()}|''${escaped()})*(?:'|$)`,
      'y',
    ),
  ],
  ['string', /'[^']*(?:''[^']*)*(?:'|$)/y],
  ['quoted_name', /"[^"]*(?:""[^"]*)*(?:"|$)/y],
  ['dollar_string', /\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/iy],
  ['word', /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy],
];

function escaped(): string {
  return String.raw`[^'\\]*(?:\\[^][^'\\]*)*`;
}

/**
 * Splits a SQL text into tokens as PostgreSQL's lexer does, with the default settings. What is never
 * closed reaches to the end of the text.
 */
export function* sqlTokens(sql: string): Generator<SqlToken> {
  for (let start = 0; start < sql.length;) {
    const { kind, end } = tokenAt(sql, start);
    yield { kind, text: sql.slice(start, end), start };
    start = end;
  }
}

function tokenAt(sql: string, start: number): { kind: TokenKind; end: number } {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = start;
    const [text] = pattern.exec(sql) ?? [];
    if (text === undefined) continue;
    if (kind === 'block_comment') return { kind, end: endOfComment(sql, start) };
    if (kind === 'dollar_string') return { kind, end: endOfDollarString(sql, start, text) };
    return { kind, end: start + text.length };
  }
  return { kind: 'other', end: start + 1 };
}

/** Comments nest, unlike in C. */
function endOfComment(sql: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}

function endOfDollarString(sql: string, start: number, tag: string): number {
  const close = sql.indexOf(tag, start + tag.length);
  return close === -1 ? sql.length : close + tag.length;
}
