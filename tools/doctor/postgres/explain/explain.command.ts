import { text as readText } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import { interruption } from '../../../processes/interruption.ts';
import { Failure } from '../../../terminal/failure.ts';
import { LIMITS } from '../limits.ts';
import { milliseconds } from '../milliseconds.ts';
import type { Session } from '../session.ts';
import { StatementStatistics } from '../statements/statement-statistics.ts';
import { withSession } from '../with-session.ts';
import { explain, type Explanation } from './explain.ts';
import { nameOf, nodesOf, total } from './plan.ts';
import { explanationText } from './print-plan.ts';

interface Options {
  readonly values?: readonly unknown[];
  readonly planOnly?: boolean;
  readonly allowChanges?: boolean;
  readonly timeout: number;
  readonly json?: boolean;
}

/** The id of a statement, or its first digits. */
const ID = /^[0-9a-f]{4,16}$/;

/** `npm run doctor -- postgres explain` */
export function explainCommand(): Command {
  return new Command('explain')
    .description('EXPLAIN (ANALYZE, BUFFERS) of a statement, read into plain findings')
    .argument(
      '<statement>',
      'the id of one that "postgres" lists (its first digits will do), the SQL itself, or - for standard input',
    )
    .option('--values <json>', 'those of $1, $2 …, such as \'[42, "ada"]\'', valuesOf)
    .option('--plan-only', 'plan it and do not run it')
    .option('--allow-changes', 'run a statement that changes rows, and roll it back')
    .option('--timeout <ms>', 'how long it may run', milliseconds, 30_000)
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      '\nThe statement runs in a transaction that is read-only and rolled back. One with $1 and no --values is' +
        '\nplanned for any values and not run. Exit status: 0 when it was explained, 1 otherwise.',
    )
    .action(async (statement: string, options: Options) => {
      process.exitCode = await run(statement, options);
    });
}

async function run(wanted: string, options: Options): Promise<number> {
  const { values, planOnly, allowChanges, timeout: timeoutMs, json = false } = options;
  const signal = interruption();
  return withSession({ timeoutMs, signal }, async (session) => {
    const statement = await statementOf(wanted, session);
    const request = { statement, values, planOnly, allowChanges, timeoutMs };
    const explanation = await explain(session, request, LIMITS);
    console.log(json ? asJson(explanation) : explanationText(explanation));
    return 0;
  });
}

async function statementOf(wanted: string, session: Session): Promise<string> {
  if (wanted === '-') return withoutEnd(await readText(process.stdin));
  if (!ID.test(wanted)) return withoutEnd(wanted);
  const statistics = await StatementStatistics.of(session);
  if ('missing' in statistics) {
    throw new Failure(
      `Nobody counts statements here, so that none has an id. ${statistics.missing}`,
    );
  }
  return (await statistics.find(wanted)).query;
}

function withoutEnd(sql: string): string {
  return sql.trim().replace(/;$/, '');
}

function asJson({ explained, ...explanation }: Explanation): string {
  const nodes = nodesOf(explained.Plan).map(({ node, depth }) => ({
    depth,
    step: nameOf(node),
    expectedRows: node['Plan Rows'],
    rows: explanation.hasRun ? total(node, node['Actual Rows']) : undefined,
    loops: node['Actual Loops'],
    ms: explanation.hasRun ? total(node, node['Actual Total Time']) : undefined,
    blocksHit: node['Shared Hit Blocks'],
    blocksRead: node['Shared Read Blocks'],
  }));
  const { 'Planning Time': planningMs, 'Execution Time': executionMs } = explained;
  return JSON.stringify({ ...explanation, planningMs, executionMs, nodes }, null, 2);
}

function valuesOf(text: string): readonly unknown[] {
  try {
    const values: unknown = JSON.parse(text);
    if (Array.isArray(values)) return values as unknown[];
  } catch {
    // Told below, without the text: it may be a secret.
  }
  throw new InvalidArgumentError('It takes a JSON list.');
}
