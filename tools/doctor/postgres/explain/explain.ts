import pg from 'pg';
import { Failure } from '../../../terminal/failure.ts';
import type { Finding } from '../../finding.ts';
import type { Limits } from '../limits.ts';
import { redact } from '../redact.ts';
import { reasonOf, type Session } from '../session.ts';
import { type Explained, nodesOf, type PlanNode, relationOf } from './plan.ts';
import { readPlan } from './read-plan.ts';

/** What is to be explained, and how far one may go. */
export interface ExplainRequest {
  readonly statement: string;
  /** Values of $1, $2 …; without them a statement that has some is planned and not run. */
  readonly values?: readonly unknown[];
  /** Plan it, and do not run it. */
  readonly planOnly?: boolean;
  /** Run a statement that changes data, and roll it back. */
  readonly allowChanges?: boolean;
  readonly timeoutMs: number;
}

export interface Explanation {
  /** Without what was entered. */
  readonly statement: string;
  /** Whether it was run, so that there are figures beside the planner's expectations. */
  readonly hasRun: boolean;
  /** Whether it was planned for whatever values there may be. */
  readonly isGeneric: boolean;
  readonly explained: Explained;
  readonly findings: readonly Finding[];
}

const GENERIC_PLANS_FROM = 160_000;
const PLAN = 'VERBOSE, FORMAT JSON';
/** Nodes that change rows, or lock them. */
const CHANGES = new Set(['ModifyTable', 'LockRows']);
/** What only reads begins so; and with INTO it makes a table, which its plan does not tell. */
const READS = /^\(*\s*(select|with|values|table)\b/i;
const MAKES_TABLE = /\binto\b/i;

/**
 * Explains one statement: plans it, and runs it when that does no harm, in a transaction that is
 * read-only (unless changes are allowed), has a deadline and is rolled back.
 *
 * @throws Failure when it would change data and that is not allowed, is more than one statement, or
 *   the server refuses it.
 */
export async function explain(
  session: Session,
  request: ExplainRequest,
  limits: Limits,
): Promise<Explanation> {
  const { values, planOnly = false, allowChanges = false } = request;
  const parameters = values === undefined ? parametersOf(request.statement) : 0;
  const isGeneric = parameters > 0;
  const hasRun = !isGeneric && !planOnly;
  const planned = isGeneric
    ? await genericPlan(session, request, parameters)
    : await ask(session, request, PLAN);
  if (hasRun && !allowChanges) refuseChanges(request.statement, planned.Plan);
  const explained = hasRun ? await ask(session, request, `ANALYZE, BUFFERS, ${PLAN}`) : planned;
  const rows = await rowsOfTables(session, explained.Plan);
  const blockSize = await blockSizeOf(session);
  return {
    statement: redact(request.statement),
    hasRun,
    isGeneric,
    explained,
    findings: readPlan(explained, {
      limits,
      blockSize,
      rowsOf: (relation) => rows.get(relation) ?? 0,
    }),
  };
}

/** How many values the statement takes: the highest of `$1`, `$2` … */
function parametersOf(statement: string): number {
  const numbers = [...redact(statement).matchAll(/\$(\d+)/g)].map(([, number]) => Number(number));
  return Math.max(0, ...numbers);
}

/** A plan for any values, which the server makes of a text without them alone. */
async function genericPlan(
  session: Session,
  request: ExplainRequest,
  parameters: number,
): Promise<Explained> {
  await requireGenericPlans(session);
  const options = `GENERIC_PLAN, ${PLAN}`;
  // A text may be several statements. That this one is not, the other protocol has seen to.
  const values = Array.from({ length: parameters }, () => null);
  await ask(session, { ...request, values }, options);
  return ask(session, request, options, true);
}

async function ask(
  session: Session,
  { statement, values = [], allowChanges: mayChange = false, timeoutMs }: ExplainRequest,
  options: string,
  asText = false,
): Promise<Explained> {
  try {
    const [row] = await session.ask<{ 'QUERY PLAN': [Explained] }>(
      `EXPLAIN (${options}) ${statement}`,
      values,
      { timeoutMs, mayChange, asText },
    );
    if (!row) throw new Failure('The server gave no plan.');
    return row['QUERY PLAN'][0];
  } catch (error) {
    if (error instanceof pg.DatabaseError) throw refusal(error);
    throw error;
  }
}

function refusal(error: pg.DatabaseError): Failure {
  const isReadOnly = error.code === '25006';
  const hint = isReadOnly ? ' Add --allow-changes to run it and roll it back.' : '';
  return new Failure(`The server refuses the statement: ${reasonOf(error)}.${hint}`, {
    cause: error,
  });
}

function refuseChanges(statement: string, plan: PlanNode): void {
  const text = redact(statement).replaceAll(/"(?:[^"]|"")*"/g, '');
  const onlyReads = READS.test(text) && !MAKES_TABLE.test(text);
  if (onlyReads && !nodesOf(plan).some(({ node }) => CHANGES.has(node['Node Type']))) return;
  throw new Failure(
    'The statement changes rows or locks them, and running it would, too. Add --allow-changes to run ' +
      'it and roll it back: it then locks rows, fires triggers and uses up sequences; or --plan-only.',
  );
}

async function requireGenericPlans(session: Session): Promise<void> {
  const [row] = await session.rows<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version`,
  );
  if (row && row.version >= GENERIC_PLANS_FROM) return;
  throw new Failure(
    'Give the values of $1, $2 … by --values: this server plans without from 16 on.',
  );
}

async function blockSizeOf(session: Session): Promise<number> {
  const [row] = await session.rows<{ bytes: number }>(
    `SELECT current_setting('block_size')::int AS bytes`,
  );
  return row?.bytes ?? 0;
}

async function rowsOfTables(session: Session, plan: PlanNode): Promise<Map<string, number>> {
  const tables = nodesOf(plan).flatMap(({ node }) => relationOf(node) ?? []);
  const rows = await session.rows<{ name: string; rows: number }>(
    `SELECT n.nspname || '.' || c.relname AS name, greatest(c.reltuples, 0)::float8 AS rows
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname || '.' || c.relname = ANY ($1)`,
    [tables],
  );
  return new Map(rows.map(({ name, rows: count }) => [name, count]));
}
