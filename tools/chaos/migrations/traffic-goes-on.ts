import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { pause } from '../pause.ts';
import { verdict } from '../verdict.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { onStage, type Stage } from './stage.ts';
import { CREATE_ACCOUNTS, Traffic, type TrafficFigures } from './traffic.ts';

/** In a run of a whole minute; in a shorter one half as long as that. */
const LONGEST_HOLD_MS = 30_000;
const SHORTEST_HOLD_MS = 6_000;
/** The library's default, and one that the shortest hold exceeds many times. */
const LOCK_TIMEOUT_MS = { full: 2_000, short: 500 };
/** What a request may take beyond the time for which the change waits in front of it. */
const SLACK_MS = { full: 200, short: 3_000 };
/** Before and after the hold, so that most of what is measured is not the beginning. */
const QUIET_MS = 1_000;

const CHANGE = 'ALTER TABLE accounts ADD COLUMN nickname text';
const NEW_COLUMN = `
SELECT FROM pg_attribute WHERE attrelid = 'accounts'::regclass AND attname = 'nickname'`;

/** A report reads a table for half a minute, while that table gets a column and serves requests. */
export const trafficGoesOn: Experiment = {
  area: 'migrations',
  name: 'traffic-goes-on',
  promise:
    'While a long transaction keeps a migration from its lock, 200 requests a second to the same table ' +
    'have a p99 below lock_timeout + 200 ms, and the migration is applied once it can be. Without ' +
    'lock_timeout they stall.',
  run: async (context) =>
    onStage(context, async (stage) => {
      const plan = planOf(context);
      context.say(`A transaction of ${plan.holdMs} ms, lock_timeout ${plan.lockTimeoutMs} ms`);
      const ours = await withMigration(stage, plan, context);
      context.say('The control: the same change without lock_timeout …');
      const control = await stage.onPostgres(async (database) =>
        underLoad(database, plan, context, async () => changeAtOnce(database)),
      );
      return judge(plan, ours, control);
    }),
};

interface Plan {
  readonly holdMs: number;
  readonly lockTimeoutMs: number;
  readonly slackMs: number;
}

/** In a short run everything is smaller, and the slack is wide: a test must pass on a busy machine. */
function planOf({ seconds }: ExperimentContext): Plan {
  const holdMs = Math.max(SHORTEST_HOLD_MS, Math.min(LONGEST_HOLD_MS, seconds * 500));
  const size = holdMs < LONGEST_HOLD_MS ? 'short' : 'full';
  return { holdMs, lockTimeoutMs: LOCK_TIMEOUT_MS[size], slackMs: SLACK_MS[size] };
}

interface Ours extends TrafficFigures {
  readonly failures: number;
  readonly attempts: number;
}

async function withMigration(stage: Stage, plan: Plan, context: ExperimentContext): Promise<Ours> {
  const text = `-- migrate: lock-timeout ${plan.lockTimeoutMs}ms\n${CHANGE};\n`;
  const folder = stage.folder({ '0001_nickname.sql': text });
  return stage.onPostgres(async (database) => {
    const runner = await stage.runner({ database, folder });
    const counts = { failures: 0, attempts: 1 };
    const figures = await underLoad(database, plan, context, async () => {
      const outcome = await runner.go();
      if (!outcome.succeeded) context.say(outcome.output);
      if (!outcome.succeeded) counts.failures += 1;
      else counts.attempts += outcome.warnings.length;
    });
    if ((await database.query(NEW_COLUMN)).length === 0) counts.failures += 1;
    return { ...figures, ...counts };
  });
}

/** Traffic all the time, and in it a transaction that reads the table, and the change behind it. */
async function underLoad(
  database: PostgresDatabase,
  { holdMs }: Plan,
  { signal }: ExperimentContext,
  change: () => Promise<void>,
): Promise<TrafficFigures> {
  await database.query(CREATE_ACCOUNTS);
  const traffic = new Traffic(database);
  await pause(QUIET_MS, signal);
  const report = await database.openTransaction('SELECT count(*) FROM accounts');
  const changing = change();
  await Promise.race([sleep(holdMs, undefined, { signal }), changing]);
  await report.end();
  await changing;
  await pause(QUIET_MS, signal);
  return traffic.stop();
}

async function changeAtOnce({ url }: PostgresDatabase): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(CHANGE);
  } finally {
    await client.end();
  }
}

function judge({ holdMs, lockTimeoutMs, slackMs }: Plan, ours: Ours, control: TrafficFigures) {
  const bound = lockTimeoutMs + slackMs;
  return verdict({
    figures: {
      'transaction, ms': holdMs,
      'lock_timeout, ms': lockTimeoutMs,
      requests: ours.sent,
      'requests that failed': ours.failed,
      'p99, ms': ours.p99,
      'longest, ms': ours.longest,
      'p99 above the bound, ms': Math.max(0, ours.p99 - bound),
      'attempts of the migration': ours.attempts,
      'attempts given up for the traffic': ours.attempts - 1,
      'migrations that failed': ours.failures,
      'control: p99, ms': control.p99,
      'control: p99 above the bound, ms': Math.max(0, control.p99 - bound),
    },
    none: ['requests that failed', 'p99 above the bound, ms', 'migrations that failed'],
    some: ['attempts given up for the traffic', 'control: p99 above the bound, ms'],
  });
}
