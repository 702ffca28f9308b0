import type { Experiment, ExperimentContext } from '../experiment.ts';
import { withRedis } from '../messaging/connection.ts';
import { settled } from '../messaging/settled.ts';
import { pause } from '../pause.ts';
import { verdict } from '../verdict.ts';
import { Stage } from './stage.ts';
import type { Worker } from './worker.ts';

const SERVERS = 5;
const PROCESSES = 2;
const LANES = 2;
const TTL_MS = 2_000;
const PATIENCE_MS = 30_000;
/** After a server was killed: what was granted before may still be worked under. */
const SETTLE_MS = 1_000;

/** Increments under a quorum of five servers, of which two are killed, and then a third. */
export const quorumOutage: Experiment = {
  area: 'locks',
  name: 'quorum-outage',
  promise:
    'A quorum of 5 servers goes on with 2 of them killed, and no increment is lost; with 3 it grants nothing, and says so within ' +
    'the length of a lease.',
  run: async (context) => {
    await using stage = new Stage(context);
    const servers = await Promise.all(Array.from({ length: SERVERS }, async () => stage.redis()));
    const store = await stage.redis();
    const task = { counterUrl: store.url, counter: 'counter', locked: true, lanes: LANES } as const;
    const workers = await Promise.all(
      Array.from({ length: PROCESSES }, async () =>
        stage.start(servers, { kind: 'increment', ...task, ttlMs: TTL_MS }),
      ),
    );
    const whole = await untilMore(workers, 20, context);
    context.say('kill -9 of two servers');
    await Promise.all(servers.slice(0, 2).map(async (server) => server.kill()));
    const withTwoKilled = await untilMore(workers, 20, context);
    context.say('kill -9 of a third');
    await servers[2]?.kill();
    await pause(SETTLE_MS, context.signal);
    const before = { increments: incrementsOf(workers), refusals: refusalsOf(workers).length };
    await pause(2 * TTL_MS, context.signal);
    const granted = incrementsOf(workers) - before.increments;
    const refusals = refusalsOf(workers).slice(before.refusals);
    await Promise.all(workers.map(async (worker) => worker.stop()));
    const counted = await withRedis(store.url, async (client) =>
      Number(await client.get('counter')),
    );
    return verdict({
      figures: {
        'increments with all five': whole,
        'increments with two killed': withTwoKilled,
        'increments lost': incrementsOf(workers) - counted,
        'increments with three killed': granted,
        'refusals with three killed': refusals.length,
        'refusals that took longer than a lease': refusals.filter((ms) => ms > TTL_MS).length,
        'slowest refusal, ms': Math.round(Math.max(...refusals)),
      },
      none: [
        'increments lost',
        'increments with three killed',
        'refusals that took longer than a lease',
      ],
      some: [
        'increments with all five',
        'increments with two killed',
        'refusals with three killed',
      ],
    });
  },
};

/** Waits for so many more increments; how many there were. */
async function untilMore(workers: readonly Worker[], more: number, context: ExperimentContext) {
  const from = incrementsOf(workers);
  await settled({
    context,
    patienceMs: PATIENCE_MS,
    lookAgainAfterMs: 0,
    read: async () => incrementsOf(workers) - from,
    isDone: (increments) => increments >= more,
  });
  return incrementsOf(workers) - from;
}

function incrementsOf(workers: readonly Worker[]): number {
  return workers.flatMap(({ told }) => told.filter(({ kind }) => kind === 'incremented')).length;
}

/** How long each took, in milliseconds. */
function refusalsOf(workers: readonly Worker[]): number[] {
  return workers.flatMap(({ told }) =>
    told.flatMap((one) => (one.kind === 'unavailable' ? [one.afterMs] : [])),
  );
}
