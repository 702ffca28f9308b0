import type { LintOptions, LintReport } from './lint-report.js';

/**
 * Looks for changes of a PostgreSQL schema that lock or break the code that is running meanwhile.
 * Needs no database.
 * @throws MigrationDirectoryError if the directory cannot be read or holds no migration
 * @throws MigrationOptionsError if `lint.json` beside the files has another form
 */
export async function lintMigrations(options: LintOptions): Promise<LintReport> {
  // The rules and the parser are for those who lint, not for every service that migrates.
  const { lint } = await import('./linter.js');
  return lint(options);
}
