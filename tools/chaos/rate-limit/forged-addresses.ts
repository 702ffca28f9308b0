import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { withRedis } from '../messaging/connection.ts';
import { scaled } from '../messaging/scale.ts';
import { type Random, seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { type Disguise, disguises } from './disguises.ts';
import { keysBelow } from './keys.ts';
import { OUR_PREFIX, type WebPages, type WebSettings } from './programs/settings.ts';
import { Stage } from './stage.ts';

const REPLICAS = 2;
const LIMIT = 10;
const REQUESTS = 100;
const FULL_ROUNDS = 30;
const AT_ONCE = 20;

/** Clients of two replicas make up headers, and rotate through their addresses of IPv6. */
export const forgedAddresses: Experiment = {
  area: 'rate-limit',
  name: 'forged-addresses',
  promise:
    'Nobody gets around a limit by address with made-up headers or by rotating through a /64 of IPv6: each client has exactly ' +
    'its limit. Who counts by the first entry of X-Forwarded-For lets them all through.',
  run: async (context) => {
    await using stage = new Stage(context);
    const redis = await stage.redis();
    const settings: WebSettings = { redisUrl: redis.url, limit: LIMIT };
    const replicas = await Promise.all(
      Array.from({ length: REPLICAS }, async () => {
        const web = await stage.start('web', settings);
        return web.call<WebPages>('pages');
      }),
    );
    const random = seededRandom(context.seed);
    const counted = new Map<string, Count>();
    for (let round = 1; round <= scaled(FULL_ROUNDS, context); round += 1) {
      for (const disguise of disguises(round, random)) {
        const count = countOf(counted, disguise.client);
        await attack(disguise, { replicas, random, count, context });
      }
    }
    const keys = await withRedis(redis.url, async (client) => keysBelow(client, OUR_PREFIX));
    return judge([...counted.values()], keys.lasting);
  },
};

interface Count {
  asked: number;
  ours: number;
  naive: number;
  /** Neither let through nor refused. */
  other: number;
}

function countOf(counted: Map<string, Count>, client: string): Count {
  const known = counted.get(client) ?? { asked: 0, ours: 0, naive: 0, other: 0 };
  counted.set(client, known);
  return known;
}

interface Attack {
  readonly replicas: readonly WebPages[];
  readonly random: Random;
  readonly count: Count;
  readonly context: ExperimentContext;
}

async function attack(
  { trust, headers }: Disguise,
  { replicas, random, count, context: { signal } }: Attack,
): Promise<void> {
  const ask = async (page: 'ours' | 'naive') => {
    const base = random.pick(replicas)[trust];
    const response = await fetch(`${base}/${page}`, { headers: headers(), signal });
    await response.arrayBuffer();
    if (response.status === 200) count[page] += 1;
    else if (response.status !== 429) count.other += 1;
  };
  for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, async () => ask('ours')));
    await Promise.all(Array.from({ length: AT_ONCE }, async () => ask('naive')));
  }
  count.asked += REQUESTS;
}

function judge(counts: readonly Count[], lasting: number): Finding {
  const sum = (of: (count: Count) => number) =>
    counts.reduce((total, count) => total + Math.max(0, of(count)), 0);
  return verdict({
    figures: {
      clients: counts.length,
      requests: sum(({ asked }) => asked),
      'let through beyond the limits': sum(({ ours }) => ours - LIMIT),
      'refused although it fitted': sum(({ ours }) => LIMIT - ours),
      'answered otherwise': sum(({ other }) => other),
      'keys that never expire': lasting,
      'control, first entry: let through beyond the limits': sum(({ naive }) => naive - LIMIT),
    },
    none: [
      'let through beyond the limits',
      'refused although it fitted',
      'answered otherwise',
      'keys that never expire',
    ],
    some: ['requests', 'control, first entry: let through beyond the limits'],
  });
}
