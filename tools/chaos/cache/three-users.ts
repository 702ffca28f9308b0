import { Agent, request as httpRequest } from 'node:http';
import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { scaled } from '../messaging/scale.ts';
import { type Random, seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { withFleet } from './fleet.ts';

const FULL = { requests: 30_000 };
const REPLICAS = 2;
const AT_ONCE = 12;
const USERS = ['ada', 'bob', 'eve', 'nobody'] as const;
const LANGUAGES = ['en', 'de', 'fr'] as const;
const CREDENTIALS = ['authorization', 'cookie', 'x-api-key'] as const;

/** Cached routes, and what of the request their answers tell. */
const ROUTES: readonly Route[] = [
  { path: 'ours/plain?page=1', tells: ['for'] },
  { path: 'ours/plain?page=2', tells: ['for'] },
  { path: 'ours/user', tells: ['for'] },
  { path: 'ours/user-and-language', tells: ['for', 'language'] },
  { path: 'ours/language', tells: ['for', 'language'] },
  { path: 'ours/query?page=1&tracked=yes', tells: ['for'] },
  { path: 'ours/query?tracked=no&page=2', tells: ['for'] },
  { path: 'ours/own-key/1', tells: ['for'] },
  { path: 'ours/own-key/2', tells: ['for'] },
  { path: 'ours/items/1', tells: ['for'] },
  { path: 'ours/public-by-user', tells: ['for'] },
  { path: 'ours/public', tells: ['language'] },
];
const CONTROL: readonly Route[] = [{ path: 'nest/plain', tells: ['for'] }];

interface Route {
  readonly path: string;
  readonly tells: readonly ('for' | 'language')[];
}

/** Three users and nobody ask for all cached routes of two replicas at once. */
export const threeUsers: Experiment = {
  area: 'cache',
  name: 'three-users',
  promise:
    'Whichever way a cached route varies, whatever credentials are used and whichever replica ' +
    "answers, nobody gets a response that was made for another. @nestjs/cache-manager's " +
    'interceptor gives them away.',
  run: async (context) =>
    withFleet(context, async (fleet) => {
      const settings = { redisUrl: fleet.redis.url };
      const shops = await Promise.all(
        Array.from({ length: REPLICAS }, async () => fleet.startProgram('shop', settings)),
      );
      const urls = await Promise.all(shops.map(async (shop) => shop.call<string>('url')));
      const requests = scaled(FULL.requests, context);
      const ours = await askAround(urls, { routes: ROUTES, requests, context });
      context.say("The control: Nest's interceptor …");
      const controlRequests = Math.min(requests, 1_000);
      const theirs = await askAround(urls, { routes: CONTROL, requests: controlRequests, context });
      return judge(ours, theirs);
    }),
};

interface Counted {
  requests: number;
  hits: number;
  /** From a key without a value in time, or past the cache. */
  others: number;
  shared: number;
  wrongLanguage: number;
  notAnswered: number;
}

interface Asking {
  readonly routes: readonly Route[];
  readonly requests: number;
  readonly context: ExperimentContext;
}

async function askAround(
  urls: readonly string[],
  { routes, requests, context }: Asking,
): Promise<Counted> {
  const random = seededRandom(context.seed);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const counted: Counted = {
    requests: 0,
    hits: 0,
    others: 0,
    shared: 0,
    wrongLanguage: 0,
    notAnswered: 0,
  };
  const lane = async () => {
    while (counted.requests < requests) {
      context.signal.throwIfAborted();
      counted.requests += 1;
      await askOnce({ urls, routes, random, agent, counted });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  agent.destroy();
  return counted;
}

async function askOnce({
  urls,
  routes,
  random,
  agent,
  counted,
}: {
  readonly urls: readonly string[];
  readonly routes: readonly Route[];
  readonly random: Random;
  readonly agent: Agent;
  readonly counted: Counted;
}): Promise<void> {
  const [user, language] = [random.pick(USERS), random.pick(LANGUAGES)];
  const { path, tells } = random.pick(routes);
  const headers = { 'accept-language': language, ...credentialsOf(user, random) };
  const { status, cache, body } = await get(`${random.pick(urls)}/${path}`, { headers, agent });
  if (status !== 200) {
    counted.notAnswered += 1;
    return;
  }
  const told = JSON.parse(body) as { for: string; language: string };
  if (tells.includes('for') && told.for !== user) counted.shared += 1;
  if (tells.includes('language') && told.language !== language) counted.wrongLanguage += 1;
  if (cache === 'HIT' || cache === 'STALE') counted.hits += 1;
  else counted.others += 1;
}

function credentialsOf(user: string, random: Random): Record<string, string> {
  if (user === 'nobody') return {};
  const header = random.pick(CREDENTIALS);
  const value = { authorization: `Bearer ${user}`, cookie: `name=${user}`, 'x-api-key': user };
  return { [header]: value[header] };
}

interface Answer {
  readonly status: number;
  readonly cache: string | undefined;
  readonly body: string;
}

async function get(
  url: string,
  options: { readonly headers: Record<string, string>; readonly agent: Agent },
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  httpRequest(url, options, (response) => {
    let body = '';
    response.setEncoding('utf8');
    response.on('data', (text: string) => (body += text));
    response.on('end', () => {
      const { statusCode: status = 0, headers } = response;
      const cache = headers['x-cache'];
      resolve({ status, cache: typeof cache === 'string' ? cache : undefined, body });
    });
    response.on('error', reject);
  })
    .on('error', reject)
    .end();
  return promise;
}

function judge(ours: Counted, theirs: Counted): Finding {
  return verdict({
    figures: {
      requests: ours.requests,
      'answered from the cache': ours.hits,
      'answered by the handler': ours.others,
      "responses made for another's request": ours.shared,
      'responses in the wrong language': ours.wrongLanguage,
      'requests without an answer': ours.notAnswered,
      "control: responses made for another's request": theirs.shared,
    },
    none: [
      "responses made for another's request",
      'responses in the wrong language',
      'requests without an answer',
    ],
    some: [
      'answered from the cache',
      'answered by the handler',
      "control: responses made for another's request",
    ],
  });
}
