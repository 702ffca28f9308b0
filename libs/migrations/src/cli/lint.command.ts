import { existsSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import pc from 'picocolors';
import { lintMigrations } from '../lint/lint-migrations.js';
import type { LintFinding, LintReport } from '../lint/lint-report.js';
import { MigrationOptionsError } from '../migrations.errors.js';
import type { AddCommand } from './command.js';
import { EXIT_CODES_HELP, ExitCode } from './exit-code.js';
import { version } from './run-options.js';
import { columns, writeLine, type Terminal } from './terminal.js';

interface LintOptions {
  readonly directory: string;
  readonly json?: boolean;
  readonly from?: number;
  readonly requireTimeouts?: boolean;
}

/** `lint`: what would lock or break running code. PostgreSQL only, and without a database. */
export const addLint: AddCommand = (program, perform) => {
  program
    .command('lint')
    .description('find changes of PostgreSQL that lock or break running code; needs no database')
    .option('--directory <path>', 'folder with a folder "postgres" of migrations', 'migrations')
    .option('--from <version>', 'only this version and later, taken for one release', version)
    .option('--require-timeouts', 'each file must set a lock_timeout itself')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXIT_CODES_HELP)
    .action(perform(lint));
};

async function lint(terminal: Terminal, options: LintOptions): Promise<ExitCode> {
  const directory = path.join(options.directory, 'postgres');
  if (!existsSync(directory)) {
    throw new MigrationOptionsError(`--directory: ${options.directory} has no folder postgres`);
  }
  // The parser is not compiled anew in the background: a process that ends meanwhile may hang
  // (nodejs/node#54918).
  setFlagsFromString('--no-wasm-tier-up');
  const report = await lintMigrations({ ...options, directory });
  if (options.json) writeLine(terminal.out, JSON.stringify(report, null, 2));
  else for (const line of lines(report, directory)) writeLine(terminal.out, line);
  return report.findings.length === 0 ? ExitCode.done : ExitCode.failed;
}

function lines({ files, findings, accepted }: LintReport, directory: string): string[] {
  const found = findings.length === 0 ? 'nothing found' : `${findings.length} found`;
  const mark = findings.length === 0 ? pc.green('✓') : pc.red('✗');
  const rest = accepted.length === 0 ? '' : `, ${accepted.length} accepted`;
  return [
    ...columns(findings.map((finding) => row(finding, directory))),
    ...explanations(findings),
    `${mark} ${files} ${files === 1 ? 'file' : 'files'}: ${found}${rest}`,
  ];
}

function row(finding: LintFinding, directory: string): string[] {
  const { fileName, line, column, rule, message } = finding;
  return [`${path.join(directory, fileName)}:${line}:${column}`, pc.red(rule), message];
}

/** Why and what instead, each kind of it once a place: the table above says where. */
function explanations(findings: readonly LintFinding[]): string[] {
  return findings.flatMap(({ fileName, line, rule, why, instead }, index) => {
    const isFirst = findings.findIndex((each) => each.rule === rule) === index;
    return [
      '',
      `${pc.bold(rule)} ${pc.dim(`${fileName}:${line}`)}`,
      ...(isFirst ? [`  ${why}`] : []),
      ...instead.split('\n').map((each) => `  ${pc.cyan(each)}`),
      ...(index === findings.length - 1 ? [''] : []),
    ];
  });
}
