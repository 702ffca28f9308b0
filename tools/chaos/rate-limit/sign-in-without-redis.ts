import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPlatform } from '../../platform/platform.ts';
import { scratchProfile } from '../../stores/profile.ts';
import type { Experiment, ExperimentContext } from '../experiment.ts';
import { OwnRedis } from '../messaging/own-redis.ts';
import { verdict } from '../verdict.ts';
import { WITHOUT_LIMITS } from '../without-limits.ts';

const REPLICAS = 2;
const LIMIT = 8;
/** What each replica lets through by itself: a quarter. */
const SHARE = 2;
const GUESSES = 60;
const AT_ONCE = 6;
/** Far beyond the deadline of limits, and that of any store: a hang. */
const HUNG_MS = 10_000;

/** Passwords are guessed at the users service while the Redis of its limits hangs, and is gone. */
export const signInWithoutRedis: Experiment = {
  area: 'rate-limit',
  name: 'sign-in-without-redis',
  promise:
    'Signing in is never simply open: of the guesses at one account each of two replicas lets a quarter of the limit through while ' +
    'the Redis of the limits hangs (SIGSTOP) or is killed, and answers every one.',
  run: async (context) => {
    await using ends = new AsyncDisposableStack();
    const folder = mkdtempSync(path.join(tmpdir(), 'trilith-chaos-limits-'));
    ends.defer(() => rmSync(folder, { recursive: true, force: true }));
    const redis = await OwnRedis.start({ folder, appendfsync: 'everysec', context });
    ends.defer(async () => redis.kill());
    const platform = await startPlatform({
      profile: scratchProfile('chaos-limits'),
      ports: 'free',
      replicas: { users: REPLICAS },
      env: {
        ...WITHOUT_LIMITS,
        RATE_LIMIT_REDIS_URL: redis.url,
        RATE_LIMIT_SIGN_IN_ACCOUNT: `${LIMIT}/1h`,
        // Hashing passwords keeps the processors busy: a late answer of Redis is not to count as none.
        RATE_LIMIT_DEADLINE: '2s',
      },
      signal: context.signal,
      onProgress: context.say,
    });
    ends.defer(async () => platform.stop());
    const urls = platform.services
      .filter(({ service }) => service === 'users')
      .map(({ url }) => url);
    const guess = async (login: string) => guessAt(urls, login, context);

    const calm = await guess('guessed_in_calm');
    redis.freeze();
    const hung = await guess('guessed_while_hung');
    redis.thaw();
    await redis.kill();
    const gone = await guess('guessed_while_gone');
    return verdict({
      figures: {
        'let through, of 60, with Redis': calm.letThrough,
        'let through while it hung': hung.letThrough,
        'let through while it was gone': gone.letThrough,
        'beyond the limit with Redis': Math.max(0, calm.letThrough - LIMIT),
        'beyond the shares without it': [hung, gone].reduce(
          (sum, { letThrough }) => sum + Math.max(0, letThrough - REPLICAS * SHARE),
          0,
        ),
        'neither let through nor refused': calm.other + hung.other + gone.other,
        'slowest answer without it, ms': Math.round(Math.max(hung.slowestMs, gone.slowestMs)),
      },
      none: [
        'beyond the limit with Redis',
        'beyond the shares without it',
        'neither let through nor refused',
      ],
      some: [
        'let through, of 60, with Redis',
        'let through while it hung',
        'let through while it was gone',
      ],
    });
  },
};

interface Guesses {
  /** To where the password is looked at. */
  letThrough: number;
  /** Answered by anything but 401 and 429, or not at all. */
  other: number;
  slowestMs: number;
}

/** A few at once, at each replica in turn. */
async function guessAt(
  urls: readonly string[],
  login: string,
  { signal }: ExperimentContext,
): Promise<Guesses> {
  const counted = { letThrough: 0, other: 0, slowestMs: 0 };
  const guess = async (url: string) => {
    const from = performance.now();
    const status = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login, password: 'a guess at it' }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(HUNG_MS)]),
    }).then(
      async (response) => response.arrayBuffer().then(() => response.status),
      () => 0,
    );
    counted.slowestMs = Math.max(counted.slowestMs, performance.now() - from);
    if (status === 401) counted.letThrough += 1;
    else if (status !== 429) counted.other += 1;
  };
  for (let sent = 0; sent < GUESSES; sent += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) => guess(urls[index % urls.length] ?? '')),
    );
  }
  return counted;
}
