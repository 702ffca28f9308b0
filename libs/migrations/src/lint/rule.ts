import type { LintedFile } from './linted-file.js';
import type { KnownSchema } from './known-schema.js';
import type { SqlStatement } from './sql-parser.js';

/** A place where a rule was broken. */
export interface Breach {
  /** Offset of a byte of the file; default: where the statement begins. */
  readonly at?: number;
  /** One sentence that names what is locked or broken. */
  readonly message: string;
  /** SQL that gets to the same end without it; comments say what goes into another release. */
  readonly instead: string;
}

/** What surrounds the statement that a rule looks at. */
export interface RuleContext {
  /** All that the files before, and this one so far, made. */
  readonly schema: KnownSchema;
  readonly file: LintedFile;
  /** Of the statement in the file. */
  readonly index: number;
}

/** Looks for one way in which a statement locks or breaks code that is running. */
export interface LintRule {
  /** In kebab-case: what an acceptance names. */
  readonly id: string;
  /** What it does to running code, in a sentence or two. */
  readonly why: string;
  find(statement: SqlStatement, context: RuleContext): Iterable<Breach>;
}
