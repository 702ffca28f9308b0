import type { Member } from '../cache/member.ts';
import { until } from '../cache/until.ts';
import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { withRedis } from '../messaging/connection.ts';
import type { OwnRedis } from '../messaging/own-redis.ts';
import { seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { keysBelow } from './keys.ts';
import {
  type Asked,
  type Asking,
  LIMIT_WITHOUT_REDIS,
  OUR_PREFIX,
  type WithoutRedis,
} from './programs/settings.ts';
import { Stage } from './stage.ts';

const CLOCKS_MS = [0, 0];
const EPISODE_MS = { least: 1_000, more: 2_000 };
const CONTROL_CALLS = 20;
const SHARE = LIMIT_WITHOUT_REDIS.limit * LIMIT_WITHOUT_REDIS.share;
/** A shorter run is a test, on a machine that may be busy with others: its times are no evidence. */
const TIMES_COUNT_FROM_SECONDS = 30;

type Report = Record<WithoutRedis, Asked>;

/** Redis is stopped (SIGSTOP), or killed, while two processes ask without a pause. */
export const hungRedis: Experiment = {
  area: 'rate-limit',
  name: 'hung-redis',
  promise:
    'While Redis hangs (SIGSTOP) or is away, every call is answered within the deadline and by its policy: let through, refused, ' +
    'or a quarter of the limit in each process, which is also what happens where nothing was said. A plain client hangs.',
  run: async (context) => {
    await using stage = new Stage(context);
    const redis = await stage.redis();
    const callers = await stage.callers(redis.url, CLOCKS_MS);
    const random = seededRandom(context.seed);
    const counted: Counted = { ...nothing };
    const end = performance.now() + context.seconds * 1_000;
    for (let n = 1; n <= 2 || performance.now() < end; n += 1) {
      const forMs = EPISODE_MS.least + EPISODE_MS.more * random.next();
      await episode({ n, forMs, redis, callers, counted, context });
    }
    redis.freeze();
    counted.hanging =
      (await callers[0]?.call<number>('hangingPlainly', {
        url: redis.url,
        calls: CONTROL_CALLS,
      })) ?? 0;
    redis.thaw();
    const keys = await withRedis(redis.url, async (client) => keysBelow(client, OUR_PREFIX));
    return judge({ ...counted, lasting: keys.lasting }, context);
  },
};

interface Counted {
  readonly lasting: number;
  frozen: number;
  killed: number;
  asked: number;
  failed: number;
  late: number;
  slowestMs: number;
  refusedThoughOpen: number;
  allowedThoughShut: number;
  allowedBeyondShare: number;
  allowedByShare: number;
  /** From its return until Redis decides again, at worst. */
  backAfterMs: number;
  neverBack: number;
  hanging: number;
}

const nothing: Counted = {
  lasting: 0,
  frozen: 0,
  killed: 0,
  asked: 0,
  failed: 0,
  late: 0,
  slowestMs: 0,
  refusedThoughOpen: 0,
  allowedThoughShut: 0,
  allowedBeyondShare: 0,
  allowedByShare: 0,
  backAfterMs: 0,
  neverBack: 0,
  hanging: 0,
};

interface Episode {
  readonly n: number;
  readonly forMs: number;
  readonly redis: OwnRedis;
  readonly callers: readonly Member[];
  readonly counted: Counted;
  readonly context: ExperimentContext;
}

/** Every other time Redis hangs; else it is gone. */
async function episode({ n, forMs, redis, callers, counted, context }: Episode): Promise<void> {
  const isFrozen = n % 2 === 1;
  if (isFrozen) redis.freeze();
  else await redis.kill();
  counted[isFrozen ? 'frozen' : 'killed'] += 1;
  // They stop to ask before it is back: what is counted was decided without it.
  const reports = await Promise.all(
    callers.map(async (caller) =>
      caller.call<Report>('ask', { key: `episode-${n}`, forMs } satisfies Asking),
    ),
  );
  for (const report of reports) add(counted, report);
  if (isFrozen) redis.thaw();
  else await redis.start();
  const backAt = performance.now();
  const isBack = async () =>
    (
      await Promise.all(
        callers.map(async (caller) =>
          caller.call<boolean>('isDecidedByRedis', { key: `episode-${n}` }),
        ),
      )
    ).every(Boolean);
  if (!(await until(isBack, { signal: context.signal }))) counted.neverBack += 1;
  const backAfterMs = performance.now() - backAt;
  counted.backAfterMs = Math.max(counted.backAfterMs, backAfterMs);
  const how = isFrozen ? 'stopped' : 'killed';
  context.say(
    `${how} for ${forMs.toFixed(0)} ms; decides again after ${backAfterMs.toFixed(0)} ms`,
  );
}

function add(counted: Counted, report: Report): void {
  const { open, shut } = report;
  for (const asked of Object.values(report)) {
    counted.asked += asked.asked;
    counted.failed += asked.failed;
    counted.late += asked.late;
    counted.slowestMs = Math.max(counted.slowestMs, asked.slowestMs);
  }
  counted.refusedThoughOpen += open.asked - open.allowed - open.failed;
  counted.allowedThoughShut += shut.allowed;
  for (const { allowed } of [report.share, report.default]) {
    counted.allowedByShare += allowed;
    counted.allowedBeyondShare += Math.max(0, allowed - SHARE);
  }
}

function judge(counted: Counted, { seconds }: ExperimentContext): Finding {
  return verdict({
    figures: {
      'times that Redis was stopped': counted.frozen,
      'times that it was killed': counted.killed,
      'calls meanwhile': counted.asked,
      'calls that failed': counted.failed,
      'calls without an answer 100 ms after the deadline': counted.late,
      'slowest answer, ms': Math.round(counted.slowestMs),
      'refused although open': counted.refusedThoughOpen,
      'let through although shut': counted.allowedThoughShut,
      'let through by a share': counted.allowedByShare,
      'let through beyond the share': counted.allowedBeyondShare,
      'times that Redis was not asked again': counted.neverBack,
      'until it decided again at worst, ms': Math.round(counted.backAfterMs),
      'keys that never expire': counted.lasting,
      'control: calls without an answer after a second': counted.hanging,
    },
    none: [
      'calls that failed',
      'refused although open',
      'let through although shut',
      'let through beyond the share',
      'times that Redis was not asked again',
      'keys that never expire',
      ...(seconds >= TIMES_COUNT_FROM_SECONDS
        ? ['calls without an answer 100 ms after the deadline']
        : []),
    ],
    some: [
      'times that Redis was stopped',
      'times that it was killed',
      'calls meanwhile',
      'let through by a share',
      'control: calls without an answer after a second',
    ],
  });
}
