import { type StoreName, STORE_TITLES, STORE_VARIABLES } from './profile.ts';
import { publicAddress, StoreError, type StoreReport } from './store.ts';

interface Answer {
  readonly version: string;
  readonly major: number;
  readonly replicaSet?: boolean;
}

const PROBES: Record<StoreName, (url: string) => Promise<Answer>> = {
  postgres: async (url) => (await import('./postgres/probe.ts')).probePostgres(url),
  redis: async (url) => (await import('./redis/probe.ts')).probeRedis(url),
  mongodb: async (url) => (await import('./mongodb/probe.ts')).probeMongo(url),
};

const SCHEMES: Record<StoreName, readonly string[]> = {
  postgres: ['postgres://', 'postgresql://'],
  redis: ['redis://', 'rediss://'],
  mongodb: ['mongodb://', 'mongodb+srv://'],
};

const MINIMUM: Record<StoreName, number> = { postgres: 16, redis: 7, mongodb: 7 };

/**
 * The stores that the environment names: servers that someone else runs, taken as they are.
 *
 * @throws StoreError when what one of them names is no URL, does not answer or cannot serve.
 */
export async function environmentStores(
  stores: readonly StoreName[],
  env: NodeJS.ProcessEnv,
): Promise<StoreReport[]> {
  const named = stores.flatMap((store) => {
    const url = env[STORE_VARIABLES[store]];
    return url ? [{ store, url }] : [];
  });
  return Promise.all(named.map(async ({ store, url }) => look(store, url)));
}

async function look(store: StoreName, url: string): Promise<StoreReport> {
  const variable = STORE_VARIABLES[store];
  const refuse = (why: string, cause?: unknown) =>
    new StoreError(store, `${variable} names ${publicAddress(url)}, which ${why}`, { cause });
  const schemes = SCHEMES[store];
  if (!schemes.some((scheme) => url.startsWith(scheme))) {
    // Not even part of it is shown: it may hold a password.
    throw new StoreError(store, `${variable} takes a URL that starts with ${schemes.join(' or ')}`);
  }
  const otherwise = `Unset ${variable} to let one be started here.`;
  let answer: Answer;
  try {
    answer = await PROBES[store](url);
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
    throw refuse(`does not answer: ${reason}. Start it, or unset ${variable}.`, error);
  }
  if (answer.major < MINIMUM[store]) {
    throw refuse(
      `is ${answer.version}; ${STORE_TITLES[store]} ${MINIMUM[store]} or newer is needed. ${otherwise}`,
    );
  }
  if (answer.replicaSet === false) {
    throw refuse(`is no replica set, so it has no transactions. ${otherwise}`);
  }
  return { store, how: variable, version: answer.version, url, limits: [] };
}
