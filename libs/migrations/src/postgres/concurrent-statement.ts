import type { SqlStatement } from './sql-statements.js';

/**
 * A statement that works in several transactions of its own, so that traffic goes on meanwhile, and
 * that leaves something behind when it is cut off. Names are as they stand in the file.
 */
export type ConcurrentStatement =
  | {
      readonly kind: 'create_index';
      /** Undefined if PostgreSQL is to choose it. */
      readonly index: string | undefined;
      readonly table: string;
    }
  | { readonly kind: 'drop_index'; readonly index: string }
  | {
      readonly kind: 'reindex';
      readonly target: 'INDEX' | 'TABLE' | 'SCHEMA' | 'DATABASE' | 'SYSTEM';
      /** Undefined for the current database. */
      readonly name: string | undefined;
    }
  | { readonly kind: 'detach'; readonly table: string; readonly partition: string };

/** What of it is done concurrently; undefined if the statement is of another kind. */
export function concurrentStatementOf(statement: SqlStatement): ConcurrentStatement | undefined {
  const tokens = new TokenReader(statement.tokens);
  if (tokens.skip('CREATE')) return createIndex(tokens);
  if (tokens.skip('DROP')) return dropIndex(tokens);
  if (tokens.skip('REINDEX')) return reindex(tokens);
  if (tokens.skip('ALTER')) return detach(tokens);
  return undefined;
}

function createIndex(tokens: TokenReader): ConcurrentStatement | undefined {
  tokens.skip('UNIQUE');
  if (!tokens.skip('INDEX', 'CONCURRENTLY')) return undefined;
  tokens.skip('IF', 'NOT', 'EXISTS');
  const index = tokens.next === 'ON' ? undefined : tokens.name();
  if (!tokens.skip('ON')) return undefined;
  tokens.skip('ONLY');
  return { kind: 'create_index', index, table: tokens.name() };
}

function dropIndex(tokens: TokenReader): ConcurrentStatement | undefined {
  if (!tokens.skip('INDEX', 'CONCURRENTLY')) return undefined;
  tokens.skip('IF', 'EXISTS');
  return { kind: 'drop_index', index: tokens.name() };
}

function reindex(tokens: TokenReader): ConcurrentStatement | undefined {
  const listed = tokens.parenthesised();
  const target = (['INDEX', 'TABLE', 'SCHEMA', 'DATABASE', 'SYSTEM'] as const).find((each) =>
    tokens.skip(each),
  );
  const concurrently = tokens.skip('CONCURRENTLY') || listed.includes('CONCURRENTLY');
  if (target === undefined || !concurrently) return undefined;
  return { kind: 'reindex', target, name: tokens.name() || undefined };
}

function detach(tokens: TokenReader): ConcurrentStatement | undefined {
  if (!tokens.skip('TABLE')) return undefined;
  tokens.skip('IF', 'EXISTS');
  tokens.skip('ONLY');
  const table = tokens.name();
  if (!tokens.skip('DETACH', 'PARTITION')) return undefined;
  const partition = tokens.name();
  return tokens.skip('CONCURRENTLY') ? { kind: 'detach', table, partition } : undefined;
}

/** Goes through the tokens of one statement. */
class TokenReader {
  private at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  /** In upper case; empty at the end. */
  get next(): string {
    return (this.tokens[this.at] ?? '').toUpperCase();
  }

  /** Goes past these words, if they come next. */
  skip(...words: readonly string[]): boolean {
    const come = words.every((word, ahead) => this.tokens[this.at + ahead]?.toUpperCase() === word);
    if (come) this.at += words.length;
    return come;
  }

  /** A name, with its schema if it has one: `public."Notes"`. */
  name(): string {
    let name = this.tokens[this.at++] ?? '';
    while (this.tokens[this.at] === '.') {
      name += `.${this.tokens[this.at + 1] ?? ''}`;
      this.at += 2;
    }
    return name === ';' ? '' : name;
  }

  /** What stands in parentheses, in upper case, if they come next. */
  parenthesised(): readonly string[] {
    if (this.next !== '(') return [];
    const close = this.tokens.indexOf(')', this.at);
    const listed = this.tokens.slice(this.at + 1, close).map((token) => token.toUpperCase());
    this.at = close + 1;
    return listed;
  }
}
