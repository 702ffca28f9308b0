import { lintMigrations, type LintOptions, type LintReport } from '../../src/index.js';
import { TestDirectory } from '../directory.js';

/** Lints texts as the files 0001, 0002 and so on. */
export async function lint(
  texts: readonly string[],
  options: Partial<LintOptions> & { accept?: object } = {},
): Promise<LintReport> {
  using directory = new TestDirectory();
  for (const [index, text] of texts.entries()) directory.write({ [`000${index + 1}_a.sql`]: text });
  if (options.accept) directory.write({ 'lint.json': JSON.stringify(options.accept, null, 2) });
  return await lintMigrations({ directory: directory.path, ...options });
}

/** Rules that the file with this number breaks. */
export function rulesIn({ findings }: LintReport, file: number): string[] {
  return findings.filter(({ fileName }) => fileName === `000${file}_a.sql`).map(({ rule }) => rule);
}
