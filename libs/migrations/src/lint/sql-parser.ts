import type { Node, ScanToken } from 'libpg-query';
import { SourceText, type Place } from './source-text.js';

/** A word, a string or a sign of the text, as PostgreSQL's own scanner cut it. Offsets are bytes. */
export type SqlToken = Pick<ScanToken, 'start' | 'end' | 'text' | 'tokenName'>;

/** One statement, from its first word to before its semicolon. Offsets are bytes. */
export interface SqlStatement {
  readonly node: Node;
  readonly start: number;
  readonly end: number;
  /** Without comments. */
  readonly tokens: readonly SqlToken[];
  readonly source: SourceText;
}

/** A file as PostgreSQL reads it. */
export interface ParsedSql {
  readonly source: SourceText;
  readonly statements: readonly SqlStatement[];
  readonly comments: readonly SqlToken[];
}

/** The text is no SQL that PostgreSQL understands. */
export interface SqlMistake {
  readonly message: string;
  readonly place: Place;
}

export type SqlParser = (text: string) => ParsedSql | SqlMistake;

/**
 * PostgreSQL's own grammar, compiled to WebAssembly. Loaded here and by nobody else: whoever only
 * applies migrations never pays for it.
 */
export async function loadSqlParser(): Promise<SqlParser> {
  const { default: library } = await import('libpg-query');
  await library.loadModule();
  return (text) => {
    const source = new SourceText(text);
    try {
      const { tokens } = library.scanSync(text);
      const words = tokens.filter((token) => !isComment(token));
      const comments = tokens.filter(isComment);
      // The parser refuses a text without a word; here it is a file without a statement.
      const { stmts = [] } = words.length === 0 ? {} : library.parseSync(text);
      const statements = stmts.flatMap(({ stmt, stmt_location: start = 0, stmt_len }) => {
        // The last statement has no length when no semicolon ends it.
        const end = stmt_len ? start + stmt_len : (words.at(-1)?.end ?? start);
        const own = words.filter((token) => token.start >= start && token.end <= end);
        return stmt === undefined ? [] : [{ node: stmt, start, end, tokens: own, source }];
      });
      return { source, statements, comments };
    } catch (error) {
      if (!library.hasSqlDetails(error)) throw error;
      return { message: error.message, place: placeIn(text, error.sqlDetails?.cursorPosition) };
    }
  };
}

/** Mistakes are placed by the number of characters before them, unlike what was parsed. */
function placeIn(text: string, characters = 0): Place {
  const before = Array.from(text).slice(0, Math.max(0, characters)).join('');
  return new SourceText(text).placeOf(Buffer.byteLength(before));
}

function isComment({ tokenName }: SqlToken): boolean {
  return tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT';
}
