import { setTimeout as sleep } from 'node:timers/promises';
import { type Addresses, expectCall } from '../../demo/person.ts';
import { type Platform, startPlatform } from '../../platform/platform.ts';
import type { ServiceProcess } from '../../platform/service-process.ts';
import type { ServiceName } from '../../platform/services.ts';
import { scratchProfile } from '../../stores/profile.ts';
import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { type Random, seededRandom } from '../random.ts';
import { WITHOUT_LIMITS } from '../without-limits.ts';
import { ACT_KINDS, type Acts, noActs } from './acts.ts';
import { readStoredActs, type StoredActs } from './stored-acts.ts';
import { Traffic } from './traffic.ts';

const REPLICAS = { users: 2, content: 2, analytics: 2 };
const ACTORS = 8;
const SETTLE_MS = 60_000;

/**
 * Two replicas of each service under traffic; each replica in turn is killed and started again.
 * Then the acts in the owners' stores are held against the acts that were acknowledged, and
 * analytics' figures against the stores.
 */
export const everyActCounted: Experiment = {
  area: 'platform',
  name: 'every-act-counted',
  promise:
    'Every acknowledged act is kept, and every act kept is counted exactly once, while each ' +
    'replica of each service is killed (SIGKILL) in turn.',
  run: async (context) => {
    const platform = await startPlatform({
      profile: scratchProfile('chaos'),
      ports: 'free',
      replicas: REPLICAS,
      env: WITHOUT_LIMITS,
      signal: context.signal,
      onProgress: context.say,
    });
    try {
      return await experiment(platform, context);
    } finally {
      await platform.stop();
    }
  },
};

async function experiment(platform: Platform, context: ExperimentContext): Promise<Finding> {
  const random = seededRandom(context.seed);
  const acts = noActs();
  const addresses = anyReplica(platform, random);
  const over = new AbortController();
  const traffic = new Traffic({ addresses, random, acts, actors: ACTORS }).run(over.signal);
  const kills = await killInTurn(platform, random, context);
  over.abort();
  await traffic;
  context.say('Waiting for the figures to settle …');
  const { stored, figures } = await settled(platform, platform.addresses);
  const { held, figures: counted } = judge(acts, stored, figures);
  return { held, figures: { kills, ...counted } };
}

/** Every use of an address may go to another replica. */
function anyReplica({ services }: Platform, random: Random): Addresses {
  const pick = (name: ServiceName) =>
    random.pick(services.filter(({ service }) => service === name)).url;
  return {
    get users() {
      return pick('users');
    },
    get content() {
      return pick('content');
    },
    get analytics() {
      return pick('analytics');
    },
  };
}

async function killInTurn(
  platform: Platform,
  random: Random,
  { seconds, signal, say }: ExperimentContext,
): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let kills = 0;
  // At least once round, however short the time.
  for (const service of roundAndRound(platform.services)) {
    if (kills >= platform.services.length && performance.now() >= until) break;
    signal.throwIfAborted();
    await sleep(300 + 1_200 * random.next());
    say(`kill -9 ${service.label}`);
    await service.kill('SIGKILL');
    kills += 1;
    await sleep(200 + 800 * random.next());
    service.start();
    await service.ready(signal);
  }
  return kills;
}

function* roundAndRound(services: readonly ServiceProcess[]): Generator<ServiceProcess> {
  for (;;) yield* services;
}

type Figures = Record<(typeof ACT_KINDS)[number] | 'views', number>;

/** Reads until two looks in a row agree and nothing waits to be sent, or time is up. */
async function settled(
  platform: Platform,
  addresses: Addresses,
): Promise<{ stored: StoredActs; figures: Figures }> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const stored = await readStoredActs(platform.stores);
    const figures = await readFigures(addresses);
    const agree = ACT_KINDS.every((kind) => figures[kind] === stored.ids[kind].size);
    const calm = agree && stored.unsent === 0 && stored.staleAuthors === 0;
    // A surplus would show late: look once more after a while before believing what is seen.
    if (calm) await sleep(2_000);
    const again = await readFigures(addresses);
    const same = JSON.stringify(again) === JSON.stringify(figures);
    if ((calm && same) || performance.now() > deadline) return { stored, figures: again };
    await sleep(250);
  }
}

async function readFigures(addresses: Addresses): Promise<Figures> {
  const url = `${addresses.analytics}/v1/overview`;
  return (await expectCall(200, 'GET', url)) as unknown as Figures;
}

function judge(acts: Acts, stored: StoredActs, figures: Figures): Finding {
  const byKind = ACT_KINDS.map((kind) => {
    const acknowledged = acts.acknowledged[kind];
    const kept = stored.ids[kind];
    const surplus = kept.size - acknowledged.size - acts.unanswered[kind];
    return {
      [`${kind} acknowledged`]: acknowledged.size,
      [`${kind} unanswered`]: acts.unanswered[kind],
      [`${kind} kept`]: kept.size,
      [`${kind} missing`]: acknowledged.difference(kept).size,
      [`${kind} beyond what was asked`]: Math.max(0, surplus),
      [`${kind} counted too little`]: Math.max(0, kept.size - figures[kind]),
      [`${kind} counted too much`]: Math.max(0, figures[kind] - kept.size),
    };
  });
  const faults = {
    'likes counter off by': Math.abs(stored.counters.likes - stored.ids.likes.size),
    'comments counter off by': Math.abs(stored.counters.comments - stored.ids.comments.size),
    'authors outdated': stored.staleAuthors,
    'events unsent': stored.unsent,
  };
  const all: Record<string, number> = Object.assign({}, ...byKind, faults);
  const broken = Object.entries(all).filter(
    ([name, value]) => value !== 0 && !/ (acknowledged|unanswered|kept)$/.test(name),
  );
  // Without acts of every kind the experiment would prove nothing.
  const acted = ACT_KINDS.every((kind) => stored.ids[kind].size > 0);
  return {
    held: acted && broken.length === 0,
    figures: {
      ...all,
      'requests refused (4xx)': acts.refused,
      reads: acts.reads,
      views: figures.views,
    },
  };
}
