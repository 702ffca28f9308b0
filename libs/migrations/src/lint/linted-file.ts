import type { MigrationFile } from '../migration-file.js';
import type { ParsedSql, SqlStatement, SqlToken } from './sql-parser.js';

/** `-- migrate: lock-timeout 500ms`. */
export interface LintedDirective {
  readonly name: string;
  readonly value: string;
  readonly comment: SqlToken;
}

const DIRECTIVE = /^--[ \t]*migrate:[ \t]*(?<name>\S+)[ \t]*(?<value>.*?)[ \t]*$/;

/** A migration that was read and parsed: of its statements, those that `up` runs. */
export class LintedFile {
  readonly statements: readonly SqlStatement[];
  readonly directives: readonly LintedDirective[];
  /** Whether all its statements run in one transaction. */
  readonly isTransactional: boolean;

  constructor(
    readonly file: MigrationFile,
    readonly parsed: ParsedSql,
    /** Whether running it by another tool must be as safe: nobody else sets a lock_timeout then. */
    readonly mustSetTimeouts: boolean,
  ) {
    this.directives = parsed.comments.flatMap((comment) => {
      const groups = DIRECTIVE.exec(comment.text)?.groups;
      return groups ? [{ name: groups['name'] ?? '', value: groups['value'] ?? '', comment }] : [];
    });
    const down = this.directives.find(({ name }) => name === 'down')?.comment.start ?? Infinity;
    this.statements = parsed.statements.filter(({ start }) => start < down);
    this.isTransactional = !this.directives.some(({ name }) => name === 'no-transaction');
  }

  /** Statements that ran in the same transaction before the one with this index. */
  before(index: number): readonly SqlStatement[] {
    return this.isTransactional ? this.statements.slice(0, index) : [];
  }

  /** Statements that run in the same transaction after the one with this index. */
  after(index: number): readonly SqlStatement[] {
    return this.isTransactional ? this.statements.slice(index + 1) : [];
  }
}
