import { Command, InvalidArgumentError } from 'commander';
import { interruption } from '../../processes/interruption.ts';
import { Progress } from '../../terminal/progress.ts';
import { type Examination, needsHands } from '../finding.ts';
import { examinationsTable, findingsList } from '../print.ts';
import type { Check } from './check.ts';
import { CHECKS } from './checks.ts';
import { examine } from './examine.ts';
import { explainCommand } from './explain/explain.command.ts';
import { LIMITS } from './limits.ts';
import { milliseconds } from './milliseconds.ts';
import type { Session } from './session.ts';
import { StatementStatistics, type TopStatement } from './statements/statement-statistics.ts';
import { statementFacts, statementsTable } from './statements/statements-table.ts';
import { withSession } from './with-session.ts';

/** Exit status when something was found that needs somebody's hands. */
const NEEDS_HANDS = 2;
const NAMES = CHECKS.map(({ name }) => name);

interface Options {
  readonly only?: readonly Check[];
  readonly top: number;
  readonly timeout: number;
  readonly json?: boolean;
}

/** `npm run doctor -- postgres` */
export function postgresCommand(): Command {
  return (
    new Command('postgres')
      // What stands behind "explain" belongs to it.
      .enablePositionalOptions()
      .description('what ails a PostgreSQL database; "explain" reads the plan of one statement')
      .option('--only <checks>', 'these checks alone, with commas between them', checksOf)
      .option('--top <n>', 'how many statements to tell', wholeNumber, LIMITS.topStatements)
      .option('--timeout <ms>', 'how long each query may take', milliseconds, 5_000)
      .option('--json', 'for programs')
      .addHelpText(
        'after',
        `\nChecks:\n${CHECKS.map(({ name, title }) => `  ${name.padEnd(18)} ${title}`).join('\n')}\n` +
          '\nThe database is that of DATABASE_DIRECT_URL or DATABASE_URL, else that of npm start. Nothing is' +
          '\nchanged, no lock is waited for, and no value that somebody stored or entered is shown.' +
          `\nExit status: 0 when nothing needs hands, ${NEEDS_HANDS} when something does, 1 when it could not look.`,
      )
      .addCommand(explainCommand())
      .action(async (options: Options) => {
        process.exitCode = await run(options);
      })
  );
}

async function run({ only = CHECKS, top, timeout, json = false }: Options): Promise<number> {
  const signal = interruption();
  return withSession({ timeoutMs: timeout, signal }, async (session) => {
    const progress = json ? undefined : new Progress();
    progress?.begin('Looking', only.length);
    const limits = { ...LIMITS, topStatements: top };
    const onCheck = () => progress?.step();
    const examinations = await examine(session, only, { limits, signal, onCheck });
    progress?.end();
    const statements = only.some(({ name }) => name === 'statements')
      ? await topStatements(session, top)
      : [];
    console.log(json ? asJson(examinations, statements) : asText(examinations, statements));
    return statusOf(examinations);
  });
}

/** None where the check has said why. */
async function topStatements(session: Session, count: number): Promise<TopStatement[]> {
  const statistics = await StatementStatistics.of(session).catch(() => undefined);
  if (statistics === undefined || 'missing' in statistics) return [];
  return statistics.top(count).catch(() => []);
}

function statusOf(examinations: readonly Examination[]): number {
  if (examinations.every(({ unknown }) => unknown !== undefined)) return 1;
  return needsHands(examinations.flatMap(({ findings }) => findings)) ? NEEDS_HANDS : 0;
}

function asJson(examinations: readonly Examination[], statements: readonly TopStatement[]): string {
  return JSON.stringify({ examinations, statements: statementFacts(statements) }, null, 2);
}

function asText(examinations: readonly Examination[], statements: readonly TopStatement[]): string {
  const findings = examinations.flatMap((examination) => examination.findings);
  return [
    ...(statements.length > 0 ? [statementsTable(statements), ''] : []),
    examinationsTable(examinations),
    ...(findings.length > 0 ? ['', findingsList(findings)] : []),
  ].join('\n');
}

function checksOf(text: string): Check[] {
  return text.split(',').map((name) => {
    const check = CHECKS.find((one) => one.name === name.trim());
    if (check) return check;
    throw new InvalidArgumentError(`There is no check ${name}; there are ${NAMES.join(', ')}.`);
  });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1 && value <= 1_000) return value;
  throw new InvalidArgumentError('It takes a whole number from 1 to 1000.');
}
