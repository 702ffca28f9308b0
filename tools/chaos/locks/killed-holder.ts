import type { Experiment, ExperimentContext } from '../experiment.ts';
import { withRedis } from '../messaging/connection.ts';
import type { OwnRedis } from '../messaging/own-redis.ts';
import { scaled } from '../messaging/scale.ts';
import { settled } from '../messaging/settled.ts';
import { pause } from '../pause.ts';
import { verdict } from '../verdict.ts';
import { Stage } from './stage.ts';
import type { Worker } from './worker.ts';

const FULL_ROUNDS = 5;
const TTL_MS = 2_000;
const ALLOWED_MS = 100;
const PATIENCE_MS = 30_000;

/** The holder of a fair lock is killed while three wait for it. */
export const killedHolder: Experiment = {
  area: 'locks',
  name: 'killed-holder',
  promise:
    'When the holder of a fair lock is killed (kill -9), the next in line, and nobody else, has it within its TTL and 100 ms.',
  run: async (context) => {
    await using stage = new Stage(context);
    const redis = await stage.redis();
    const rounds = scaled(FULL_ROUNDS, context);
    const waits: number[] = [];
    let outOfTurn = 0;
    for (let round = 1; round <= rounds; round += 1) {
      const { waitedMs, isInTurn } = await play({
        stage,
        redis,
        context,
        resource: `fair-${round}`,
      });
      waits.push(waitedMs);
      if (!isInTurn) outOfTurn += 1;
    }
    return verdict({
      figures: {
        'holders killed': rounds,
        'taken out of turn': outOfTurn,
        'taken too late': waits.filter((ms) => ms > TTL_MS + ALLOWED_MS).length,
        'longest wait after a kill, ms': Math.round(Math.max(...waits)),
      },
      none: ['taken out of turn', 'taken too late'],
      some: ['holders killed'],
    });
  },
};

interface Place {
  readonly stage: Stage;
  readonly redis: OwnRedis;
  readonly context: ExperimentContext;
  readonly resource: string;
}

async function play({ stage, redis, context, resource }: Place) {
  const inLine: Worker[] = [];
  for (let place = 0; place < 4; place += 1) {
    inLine.push(await stage.start([redis], { kind: 'hold', resource, ttlMs: TTL_MS }));
    await untilInLine(redis, { resource, place, context });
  }
  const [holder, ...waiting] = inLine;
  await untilHeld(inLine.slice(0, 1), context);
  await holder?.kill();
  const killedAt = performance.now();
  await untilHeld(waiting, context);
  const waitedMs = performance.now() - killedAt;
  const isInTurn = waiting.every((worker, index) => hasIt(worker) === (index === 0));
  await Promise.all(inLine.slice(1).map(async (worker) => worker.kill()));
  return { waitedMs, isInTurn };
}

/** The first holds it, and each that follows has taken its place, before the next one comes. */
async function untilInLine(
  redis: OwnRedis,
  { resource, place, context }: { resource: string; place: number; context: ExperimentContext },
): Promise<void> {
  await withRedis(redis.url, async (client) =>
    settled({
      context,
      patienceMs: PATIENCE_MS,
      lookAgainAfterMs: 0,
      read: async () =>
        place === 0
          ? client.exists(`trilith:lock:{${resource}}`)
          : client.zcard(`trilith:queue:{${resource}}`),
      isDone: (count) => count === Math.max(place, 1),
    }),
  );
}

async function untilHeld(workers: readonly Worker[], { signal }: ExperimentContext): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!workers.some(hasIt) && performance.now() < deadline) await pause(2, signal);
}

function hasIt({ told }: Worker): boolean {
  return told.some(({ kind }) => kind === 'held');
}
