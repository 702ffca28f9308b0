import type { MigrationFile } from '../migration-file.js';
import { readDirectives, type SqlDirectives } from './sql-directives.js';
import { sqlRefusal } from './sql-refusal.js';
import { statementsOf, type SqlStatement } from './sql-statements.js';
import { sqlTokens } from './sql-tokens.js';

/** What `up` or `down` runs of a file. */
export interface SqlPart {
  readonly text: string;
  /** Where it begins in the file, in UTF-16 units from 0. */
  readonly start: number;
  /** Their `start` counts from the beginning of the file. */
  readonly statements: readonly SqlStatement[];
}

/** A `.sql` file as it is to be run. */
export interface SqlMigration {
  readonly directives: SqlDirectives;
  readonly up: SqlPart;
  /** Undefined if the file has no line `-- migrate: down`. */
  readonly down: SqlPart | undefined;
  /** Why it cannot be run; undefined if it can. */
  readonly refusal: string | undefined;
}

/** Looked at before the lock, under it and as it runs: taken apart once. */
const taken = new WeakMap<MigrationFile, SqlMigration>();

/** {@link readSqlMigration} of a file's text. */
export function sqlMigrationOf(file: MigrationFile): SqlMigration {
  const known = taken.get(file);
  if (known) return known;
  const migration = readSqlMigration(file.text);
  taken.set(file, migration);
  return migration;
}

/** Takes a file apart: header, what `up` runs and, below `-- migrate: down`, what `down` runs. */
export function readSqlMigration(sql: string): SqlMigration {
  const tokens = [...sqlTokens(sql)];
  const { directives, down: line, problem } = readDirectives(tokens);
  const partOf = (start: number, end: number): SqlPart => ({
    text: sql.slice(start, end),
    start,
    statements: statementsOf(
      sql,
      tokens.filter((token) => token.start >= start && token.start < end),
    ),
  });
  const downStart = line === undefined ? sql.length : line.start + line.text.length;
  const up = partOf(0, line?.start ?? sql.length);
  const down = line === undefined ? undefined : partOf(downStart, sql.length);
  const refusal = problem ?? sqlRefusal(up, directives) ?? refusalOfDown(down, directives);
  return { directives, up, down, refusal };
}

function refusalOfDown(down: SqlPart | undefined, directives: SqlDirectives): string | undefined {
  const reason = down && sqlRefusal(down, directives);
  return reason && `the down part: ${reason}`;
}
