import type { Experiment, ExperimentContext } from '../experiment.ts';
import type { OwnRedis } from '../messaging/own-redis.ts';
import { scaled } from '../messaging/scale.ts';
import { pause } from '../pause.ts';
import { seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { createFencingTokens } from './fencing-tokens.sql.ts';
import { Stage } from './stage.ts';
import type { Worker } from './worker.ts';

const FULL_GRANTS = 10_000;
const LANES = 4;
const LEAST_FAULTS = 2;

/** A lock is granted again and again while its Redis is killed and started anew, half the times empty. */
export const risingTokens: Experiment = {
  area: 'locks',
  name: 'rising-tokens',
  promise:
    'Fencing tokens of a resource rise with each grant and none repeats, though Redis is killed (kill -9) and emptied again and ' +
    'again: those minted in PostgreSQL, and those of Redis alone while its clock goes on.',
  run: async (context) => {
    await using stage = new Stage(context);
    const redis = await stage.redis();
    const { url: databaseUrl, pool } = await stage.postgres();
    await pool.query(createFencingTokens());
    const task = { kind: 'grant', grants: scaled(FULL_GRANTS, context), lanes: LANES } as const;
    const minted = await stage.start([redis], { ...task, resource: 'minted', databaseUrl });
    const own = await stage.start([redis], { ...task, resource: 'own' });
    const faults = await strike(redis, [minted, own], context);
    const [inPostgres, inRedis] = [minted, own].map(count) as [Count, Count];
    return verdict({
      figures: {
        ...faults,
        'grants, minted in PostgreSQL': inPostgres.grants,
        'not higher, minted in PostgreSQL': inPostgres.notHigher,
        'repeated, minted in PostgreSQL': inPostgres.repeated,
        'grants, of Redis alone': inRedis.grants,
        'not higher, of Redis alone': inRedis.notHigher,
        'repeated, of Redis alone': inRedis.repeated,
        'grants missing':
          2 * task.grants -
          Math.min(inPostgres.grants, task.grants) -
          Math.min(inRedis.grants, task.grants),
      },
      none: [
        'not higher, minted in PostgreSQL',
        'repeated, minted in PostgreSQL',
        'not higher, of Redis alone',
        'repeated, of Redis alone',
        'grants missing',
      ],
      some: [
        'kills of Redis',
        'of them emptied',
        'grants, minted in PostgreSQL',
        'grants, of Redis alone',
      ],
    });
  },
};

/** Until both are done, and often enough. */
async function strike(redis: OwnRedis, workers: readonly Worker[], context: ExperimentContext) {
  const random = seededRandom(context.seed);
  const work = { isDone: false };
  const done = Promise.all(workers.map(async (worker) => worker.finish())).finally(() => {
    work.isDone = true;
  });
  // Waited for at the end; an interruption comes before.
  done.catch(() => undefined);
  let kills = 0;
  let emptied = 0;
  while (!work.isDone || kills < LEAST_FAULTS) {
    await pause(200 + random.next() * 600, context.signal);
    await redis.kill();
    kills += 1;
    if (kills % 2 === 0) {
      await redis.startEmpty();
      emptied += 1;
    } else {
      await redis.start();
    }
  }
  await done;
  return { 'kills of Redis': kills, 'of them emptied': emptied };
}

interface Count {
  readonly grants: number;
  readonly notHigher: number;
  readonly repeated: number;
}

/** In the order in which they were granted. */
function count({ told }: Worker): Count {
  const tokens = told.flatMap((one) => (one.kind === 'token' ? [BigInt(one.token)] : []));
  const notHigher = tokens.filter((token, index) => token <= (tokens[index - 1] ?? 0n)).length;
  return { grants: tokens.length, notHigher, repeated: tokens.length - new Set(tokens).size };
}
