import type { Pool } from 'pg';
import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { withRedis } from '../messaging/connection.ts';
import type { OwnRedis } from '../messaging/own-redis.ts';
import { scaled } from '../messaging/scale.ts';
import { pause } from '../pause.ts';
import { verdict } from '../verdict.ts';
import { Stage } from './stage.ts';
import type { Worker } from './worker.ts';

const FULL_RUNS = 5;
const PROCESSES = 5;
const TTL_MS = 2_000;
const STOPPED_MS = 5_000;
const STOPS_PER_RUN = 3;
const WORK_MS = 40;

const CREATE = `
CREATE TABLE counters (id text PRIMARY KEY, value int NOT NULL DEFAULT 0, fence bigint);
CREATE TABLE accepted (id text NOT NULL, token bigint NOT NULL);
CREATE TABLE refused (id text NOT NULL);
CREATE SEQUENCE fencing_tokens`;

/** $1 text: row. How many writes were accepted, how many of them show, how many were refused. */
const COUNT = `
SELECT value, (SELECT count(*)::int FROM accepted a WHERE a.id = c.id) AS accepted,
  (SELECT count(*)::int FROM refused r WHERE r.id = c.id) AS refused
FROM counters c WHERE id = $1`;

/**
 * Processes read, add one and write back a row of PostgreSQL under a lock. Whoever holds it is
 * stopped (SIGSTOP) for longer than its lease, and goes on (SIGCONT) with what it had read.
 */
export const stoppedHolders: Experiment = {
  area: 'locks',
  name: 'stopped-holders',
  promise:
    'With the fence no update of a row is lost, though holders of its lock are stopped past their lease in the midst of their ' +
    'work and then write. Without the fence, under the same lock, updates are lost.',
  run: async (context) => {
    await using stage = new Stage(context);
    const redis = await stage.redis();
    const { url: databaseUrl, pool } = await stage.postgres();
    await pool.query(CREATE);
    const runs = scaled(FULL_RUNS, context);
    const place = { stage, redis, databaseUrl, pool, context };
    const fenced: Count[] = [];
    const bare: Count[] = [];
    for (let run = 1; run <= runs; run += 1) {
      context.say(`run ${run} of ${runs}`);
      const [one, other] = await Promise.all([
        play({ ...place, row: `fenced-${run}`, fenced: true }),
        play({ ...place, row: `bare-${run}`, fenced: false }),
      ]);
      fenced.push(one);
      bare.push(other);
    }
    return judge(runs, sum(fenced), sum(bare));
  },
};

interface Place {
  readonly stage: Stage;
  readonly redis: OwnRedis;
  readonly databaseUrl: string;
  readonly pool: Pool;
  readonly context: ExperimentContext;
}

interface Count {
  readonly value: number;
  readonly accepted: number;
  readonly refused: number;
}

async function play(place: Place & { row: string; fenced: boolean }): Promise<Count> {
  const { stage, redis, databaseUrl, pool, context, row, fenced } = place;
  await pool.query('INSERT INTO counters (id) VALUES ($1)', [row]);
  const task = { kind: 'write', databaseUrl, row, fenced, ttlMs: TTL_MS, workMs: WORK_MS } as const;
  const workers = await Promise.all(
    Array.from({ length: PROCESSES }, async () => stage.start([redis], task)),
  );
  for (let stop = 0; stop < STOPS_PER_RUN; stop += 1) {
    const holder = await freezeHolder({ redis, row, workers, context });
    await pause(STOPPED_MS, context.signal);
    holder.thaw();
    await pause(500, context.signal);
  }
  await Promise.all(workers.map(async (worker) => worker.stop()));
  const { rows } = await pool.query<Count>(COUNT, [row]);
  return rows[0] ?? { value: 0, accepted: 0, refused: 0 };
}

/** Stops one of them while it holds the lock: whoever is still the holder once it is stopped. */
async function freezeHolder(options: {
  readonly redis: OwnRedis;
  readonly row: string;
  readonly workers: readonly Worker[];
  readonly context: ExperimentContext;
}): Promise<Worker> {
  const { redis, row, workers, context } = options;
  return withRedis(redis.url, async (client) => {
    for (;;) {
      const owner = await client.get(`trilith:lock:{${row}}`);
      const worker = workers.find(({ label }) => owner?.includes(`:${label}:`));
      worker?.freeze();
      if (worker && (await client.get(`trilith:lock:{${row}}`)) === owner) return worker;
      worker?.thaw();
      await pause(5, context.signal);
    }
  });
}

function sum(counts: readonly Count[]): Count {
  const of = (key: keyof Count) => counts.reduce((total, count) => total + count[key], 0);
  return { value: of('value'), accepted: of('accepted'), refused: of('refused') };
}

function judge(runs: number, fenced: Count, bare: Count): Finding {
  return verdict({
    figures: {
      runs,
      'holders stopped': 2 * runs * STOPS_PER_RUN,
      'updates accepted': fenced.accepted,
      'updates lost': fenced.accepted - fenced.value,
      'stale writes refused': fenced.refused,
      'control: updates accepted': bare.accepted,
      'control: updates lost': bare.accepted - bare.value,
    },
    none: ['updates lost'],
    some: ['updates accepted', 'stale writes refused', 'control: updates lost'],
  });
}
