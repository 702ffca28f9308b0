import { sqlTokens, type SqlToken } from './sql-tokens.js';

/** One statement of a SQL text. */
export interface SqlStatement {
  /** From its first word on, without the semicolon. */
  readonly text: string;
  /** Where it begins in the whole text, in UTF-16 units from 0. */
  readonly start: number;
  /** Its first words in upper case, comments left out: what kind of statement it is. */
  readonly words: readonly string[];
  /** Its first tokens as they stand, blanks and comments left out: what it works on. */
  readonly tokens: readonly string[];
  /** Whether a backslash stands outside of strings, as commands of `psql` begin with. */
  readonly backslash: boolean;
}

/** As many words as it takes to tell any two kinds of statement apart. */
const TELLING_WORDS = 8;
/** As many tokens as it takes to find the names in a statement that works concurrently. */
const TELLING_TOKENS = 40;

/**
 * Splits a SQL text at the semicolons that end a statement, as `psql` does: not at those in strings,
 * quoted names, dollar quotes, nested comments, parentheses (`CREATE RULE`) and bodies of SQL
 * functions (`BEGIN ATOMIC … END`).
 */
export function splitStatements(sql: string): SqlStatement[] {
  return statementsOf(sql, sqlTokens(sql));
}

/** The same, from tokens of the text. */
export function statementsOf(sql: string, tokens: Iterable<SqlToken>): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let current = new StatementReader();
  let end = 0;
  for (const token of tokens) {
    if (token.text === ';' && current.mayEnd) {
      statements.push(...current.finish(sql, token.start));
      current = new StatementReader();
    } else {
      current.take(token);
    }
    end = token.start + token.text.length;
  }
  return [...statements, ...current.finish(sql, end)];
}

/** Follows one statement from its first token to the semicolon that may end it. */
class StatementReader {
  private start: number | undefined;
  private end = 0;
  private readonly words: string[] = [];
  private readonly tokens: string[] = [];
  private backslash = false;
  private parentheses = 0;
  /** Depth of BEGIN … END, with the CASE … END inside it, in the body of a SQL function. */
  private blocks = 0;

  get mayEnd(): boolean {
    return this.parentheses === 0 && this.blocks === 0;
  }

  take({ kind, text, start }: SqlToken): void {
    if (kind === 'blank' || kind === 'line_comment' || kind === 'block_comment') return;
    this.start ??= start;
    this.end = start + text.length;
    if (this.tokens.length < TELLING_TOKENS) this.tokens.push(text);
    if (text === '\\') this.backslash = true;
    if (text === '(') this.parentheses += 1;
    if (text === ')') this.parentheses = Math.max(0, this.parentheses - 1);
    if (kind === 'word') this.takeWord(text.toUpperCase());
  }

  /** What stands between the last token and the end, a comment say, is no part of the statement. */
  finish(sql: string, end: number): SqlStatement[] {
    if (this.start === undefined) return [];
    const { start, words, tokens, backslash } = this;
    return [{ text: sql.slice(start, Math.min(this.end, end)), start, words, tokens, backslash }];
  }

  private takeWord(word: string): void {
    if (this.words.length < TELLING_WORDS) this.words.push(word);
    // Parentheses hold expressions, whose CASE and END belong together anyway.
    if (this.parentheses > 0 || !this.createsRoutine) return;
    if (word === 'BEGIN' || (word === 'CASE' && this.blocks > 0)) this.blocks += 1;
    if (word === 'END' && this.blocks > 0) this.blocks -= 1;
  }

  private get createsRoutine(): boolean {
    return /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b/.test(this.words.join(' '));
  }
}
