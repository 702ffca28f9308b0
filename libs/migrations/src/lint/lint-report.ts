import type { Place } from './source-text.js';

/** Options of `lintMigrations`. */
export interface LintOptions {
  /** The folder of PostgreSQL's migrations. */
  readonly directory: string;
  /**
   * Looks at this version and those after it only, and takes them for one release: what one of them
   * makes is new to the next as well. Default: every file, each a release of its own.
   */
  readonly from?: number;
  /**
   * Whether each file must set a `lock_timeout` itself, for those who run them by hand or by another
   * runner; this one sets it. Default: false.
   */
  readonly requireTimeouts?: boolean;
}

/** Something that locks or breaks running code, or is wrong about the linting itself. */
export interface LintFinding extends Place {
  readonly fileName: string;
  /** A rule's id, or `syntax`, or `acceptance`: the last two cannot be accepted. */
  readonly rule: string;
  readonly message: string;
  readonly why: string;
  /** SQL that gets to the same end without it. */
  readonly instead: string;
}

/** What `lintMigrations` found. */
export interface LintReport {
  /** How many files were looked at. */
  readonly files: number;
  readonly findings: readonly LintFinding[];
  /** Findings that somebody accepted, with the reason. */
  readonly accepted: readonly (LintFinding & { readonly because: string })[];
}
