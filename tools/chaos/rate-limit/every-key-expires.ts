import type { Redis } from 'ioredis';
import type { Member } from '../cache/member.ts';
import { until } from '../cache/until.ts';
import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { withRedis } from '../messaging/connection.ts';
import { scaled } from '../messaging/scale.ts';
import { pause } from '../pause.ts';
import { seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { keysBelow } from './keys.ts';
import { OUR_PREFIX, PLAIN_PREFIX } from './programs/settings.ts';
import { Stage } from './stage.ts';

const FULL_KILLS = 20;
const MOST_CONTROL_KILLS = 20;
/** Twice the longest window, and more. */
const GONE_WITHIN_MS = 30_000;

/** Processes that do all that a limiter can are killed in the midst of it. */
export const everyKeyExpires: Experiment = {
  area: 'rate-limit',
  name: 'every-key-expires',
  promise:
    'Whatever a process does with limits when it is killed (kill -9), each key that it wrote expires, and nothing is left when ' +
    'nothing counts any more. A count and its expiry in two commands leave keys for ever.',
  run: async (context) => {
    await using stage = new Stage(context);
    const redis = await stage.redis();
    return await withRedis(redis.url, async (client) =>
      count({ stage, url: redis.url, client, context }),
    );
  },
};

interface Place {
  readonly stage: Stage;
  readonly url: string;
  readonly client: Redis;
  readonly context: ExperimentContext;
}

async function count(place: Place): Promise<Finding> {
  const { client, context } = place;
  const kills = scaled(FULL_KILLS, context);
  const ours = await killAtWork(kills, place);
  context.say('The control: INCR and PEXPIRE …');
  const plain = await killInTwoSteps(place);
  await until(async () => (await keysBelow(client, OUR_PREFIX)).all === 0, {
    signal: context.signal,
    withinMs: GONE_WITHIN_MS,
  });
  const left = await keysBelow(client, OUR_PREFIX);
  return verdict({
    figures: {
      'processes killed': kills,
      'keys at those moments': ours.all,
      'keys that never expire': ours.lasting,
      'keys left when nothing counts': left.all,
      'control: processes killed': plain.kills,
      'control: keys that never expire': plain.lasting,
    },
    none: ['keys that never expire', 'keys left when nothing counts'],
    some: ['processes killed', 'keys at those moments', 'control: keys that never expire'],
  });
}

/** What was in Redis after each kill, all together. */
async function killAtWork(kills: number, { stage, url, client, context }: Place) {
  const random = seededRandom(context.seed);
  const found = { all: 0, lasting: 0 };
  for (let kill = 0; kill < kills; kill += 1) {
    const [caller] = await stage.callers(url, [0]);
    await killAt(caller, 'useEverything', 500 + 1_000 * random.next(), context);
    const { all, lasting } = await keysBelow(client, OUR_PREFIX);
    found.all += all;
    found.lasting += lasting;
  }
  return found;
}

/** The control, killed until that is between the two commands: every other time or so. */
async function killInTwoSteps({ stage, url, client, context }: Place) {
  for (let kills = 1; ; kills += 1) {
    const [control] = await stage.callers(url, [0]);
    await killAt(control, 'countInTwoSteps', 200, context);
    const { lasting } = await keysBelow(client, PLAIN_PREFIX);
    if (lasting > 0 || kills === MOST_CONTROL_KILLS) return { kills, lasting };
  }
}

/** Lets it work for some time. @throws when the work ended before: it goes on for ever. */
async function killAt(
  caller: Member | undefined,
  work: string,
  afterMs: number,
  context: ExperimentContext,
): Promise<void> {
  const ended = caller?.call(work).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  await Promise.race([pause(afterMs, context.signal), failed(ended)]);
  await caller?.kill();
  await ended;
}

async function failed(ended: Promise<unknown> | undefined): Promise<never> {
  throw new Error('The work ended by itself', { cause: await ended });
}
