/** One statement of a SQL text. */
export interface SqlStatement {
  /** From its first word on, without the semicolon. */
  readonly text: string;
  /** Its first words in upper case, comments left out: what kind of statement it is. */
  readonly words: readonly string[];
}

/** As many words as it takes to tell any two kinds of statement apart. */
const TELLING_WORDS = 8;

/** Tried in this order at each place; whatever none of them takes is a character of its own. */
const TOKENS = [
  ['blank', /\s+|--[^\n]*/y],
  ['comment', /\/\*/y],
  // Backslashes escape in E'…' only: standard_conforming_strings is on since PostgreSQL 9.1.
  ['quoted', /[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"/sy],
  ['dollar', /\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/iy],
  ['word', /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy],
] as const;

type TokenKind = (typeof TOKENS)[number][0] | 'other';

/**
 * Splits a SQL text at the semicolons that end a statement, as `psql` does: not at those in strings,
 * quoted names, dollar quotes, nested comments, parentheses (`CREATE RULE`) and bodies of SQL
 * functions (`BEGIN ATOMIC … END`).
 */
export function splitStatements(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let current = new StatementReader();
  for (let at = 0; at < sql.length;) {
    const { kind, end } = tokenAt(sql, at);
    const token = sql.slice(at, end);
    if (token === ';' && current.mayEnd) {
      statements.push(...current.finish(sql, at));
      current = new StatementReader();
    } else if (kind !== 'blank' && kind !== 'comment') {
      current.take(kind, token, at);
    }
    at = end;
  }
  return [...statements, ...current.finish(sql, sql.length)];
}

/** Follows one statement from its first token to the semicolon that may end it. */
class StatementReader {
  private start: number | undefined;
  private readonly words: string[] = [];
  private parentheses = 0;
  /** Depth of BEGIN … END, with the CASE … END inside it, in the body of a SQL function. */
  private blocks = 0;

  get mayEnd(): boolean {
    return this.parentheses === 0 && this.blocks === 0;
  }

  take(kind: TokenKind, token: string, at: number): void {
    this.start ??= at;
    if (token === '(') this.parentheses += 1;
    if (token === ')') this.parentheses = Math.max(0, this.parentheses - 1);
    if (kind === 'word') this.takeWord(token.toUpperCase());
  }

  finish(sql: string, end: number): SqlStatement[] {
    if (this.start === undefined) return [];
    return [{ text: sql.slice(this.start, end).trimEnd(), words: this.words }];
  }

  private takeWord(word: string): void {
    if (this.words.length < TELLING_WORDS) this.words.push(word);
    if (!this.createsRoutine) return;
    if (word === 'BEGIN' || (word === 'CASE' && this.blocks > 0)) this.blocks += 1;
    if (word === 'END' && this.blocks > 0) this.blocks -= 1;
  }

  private get createsRoutine(): boolean {
    return /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b/.test(this.words.join(' '));
  }
}

function tokenAt(sql: string, at: number): { kind: TokenKind; end: number } {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const [token] = pattern.exec(sql) ?? [];
    if (token === undefined) continue;
    if (kind === 'comment') return { kind, end: endOfComment(sql, at) };
    if (kind === 'dollar') return { kind, end: endOfDollarQuote(sql, at, token) };
    return { kind, end: at + token.length };
  }
  return { kind: 'other', end: at + 1 };
}

/** Comments nest, unlike in C. One that is never closed reaches to the end of the text. */
function endOfComment(sql: string, at: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(sql); mark !== null; mark = marks.exec(sql)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return sql.length;
}

function endOfDollarQuote(sql: string, at: number, tag: string): number {
  const close = sql.indexOf(tag, at + tag.length);
  return close === -1 ? sql.length : close + tag.length;
}
