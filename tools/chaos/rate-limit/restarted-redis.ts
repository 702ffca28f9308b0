import type { Redis } from 'ioredis';
import type { Member } from '../cache/member.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { withRedis } from '../messaging/connection.ts';
import type { OwnRedis } from '../messaging/own-redis.ts';
import { pause } from '../pause.ts';
import { seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { drainAtOnce } from './drain.ts';
import { keysBelow } from './keys.ts';
import { OUR_PREFIX } from './programs/settings.ts';
import { Stage } from './stage.ts';

const CLOCKS_MS = [-30_000, 0, 30_000];
const LIMIT = 500;
const LANES = 8;
const LEAST_KILLS = 2;

/** Redis is killed and started again, and forgets its scripts, under calls without a pause. */
export const restartedRedis: Experiment = {
  area: 'rate-limit',
  name: 'restarted-redis',
  promise:
    'While Redis is killed (kill -9) and started again, with its append-only file, and its scripts are flushed many times a second, ' +
    'no call fails and no limit lets more through; what is missing is what it counted and could not tell.',
  run: async (context) => {
    await using stage = new Stage(context);
    // It writes what it counts before it tells.
    const redis = await stage.redis('always');
    const callers = await stage.callers(redis.url, CLOCKS_MS);
    const work = { isDone: false };
    const faults: Faults = { kills: 0, flushes: 0, plainFailures: 0 };
    const striking = strike(redis, { callers, work, faults, context });
    // Waited for at the end; an interruption comes before.
    striking.catch(() => undefined);
    const counted = { limits: 0, calls: 0, unanswered: 0, failed: 0, tooMany: 0, untold: 0 };
    const end = performance.now() + context.seconds * 1_000;
    while (performance.now() < end || faults.kills < LEAST_KILLS) {
      counted.limits += 1;
      const drained = await drainAtOnce(callers, {
        key: `limit-${counted.limits}`,
        limit: LIMIT,
        lanes: LANES,
      });
      counted.calls += drained.calls;
      counted.unanswered += drained.unanswered;
      counted.failed += drained.failed;
      counted.tooMany += Math.max(0, drained.allowed - LIMIT);
      counted.untold += Math.max(0, LIMIT - drained.allowed);
      context.signal.throwIfAborted();
    }
    work.isDone = true;
    await striking;
    const { keys, notFull } = await withRedis(redis.url, async (client) => ({
      keys: await keysBelow(client, OUR_PREFIX),
      notFull: await notFullOf(client, counted.limits),
    }));
    return verdict({
      figures: {
        'kills of Redis': faults.kills,
        'times that its scripts were flushed': faults.flushes,
        'limits of 500': counted.limits,
        calls: counted.calls,
        'calls that Redis did not answer': counted.unanswered,
        'calls that failed': counted.failed,
        'let through beyond the limits': counted.tooMany,
        'counted and not told, by answers that were lost': counted.untold,
        'limits that are not full in Redis': notFull,
        keys: keys.all,
        'keys that never expire': keys.lasting,
        'control, EVALSHA alone: calls that failed': faults.plainFailures,
      },
      none: [
        'calls that failed',
        'let through beyond the limits',
        'limits that are not full in Redis',
        'keys that never expire',
      ],
      some: [
        'kills of Redis',
        'times that its scripts were flushed',
        'limits of 500',
        'keys',
        'control, EVALSHA alone: calls that failed',
      ],
    });
  },
};

/** Of so many limits that Redis said to be full. */
async function notFullOf(client: Redis, limits: number): Promise<number> {
  const counts = await Promise.all(
    Array.from({ length: limits }, async (_, index) =>
      client.zcard(`${OUR_PREFIX}:{default}:l:drained:limit-${index + 1}`),
    ),
  );
  return counts.filter((count) => count !== LIMIT).length;
}

interface Faults {
  kills: number;
  flushes: number;
  /** Of the control. */
  plainFailures: number;
}

interface Strike {
  readonly callers: readonly Member[];
  readonly work: { readonly isDone: boolean };
  readonly faults: Faults;
  readonly context: ExperimentContext;
}

/** Until the work is done. */
async function strike(redis: OwnRedis, { callers, work, faults, context }: Strike): Promise<void> {
  const random = seededRandom(context.seed);
  while (!work.isDone) {
    const flushes = 5 + Math.floor(random.next() * 20);
    await withRedis(redis.url, async (client) => {
      for (let n = 0; n < flushes && !work.isDone; n += 1) {
        await client.script('FLUSH');
        faults.flushes += 1;
        await pause(random.next() * 100, context.signal);
      }
    });
    faults.plainFailures += (await callers[0]?.call<number>('failuresOfPlainScript')) ?? 0;
    await redis.kill();
    await pause(random.next() * 300, context.signal);
    await redis.start();
    faults.kills += 1;
  }
}
