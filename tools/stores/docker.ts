import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { execa } from 'execa';
import { type HeldStores } from './client.ts';
import { environmentStores } from './environment-stores.ts';
import { readJson, writeJson } from './json-file.ts';
import { type Profile, type StoreName, STORE_VARIABLES } from './profile.ts';
import { Failure } from '../terminal/failure.ts';

/** The service of docker/compose.yml that is each store, and its port inside the container. */
const SERVICES: Record<StoreName, { service: string; port: number }> = {
  postgres: { service: 'postgres', port: 5432 },
  redis: { service: 'state', port: 6379 },
  mongodb: { service: 'mongodb', port: 27017 },
};

/** What the file asks for, even when only its stores are started. */
interface Secrets extends Record<string, string> {
  readonly POSTGRES_PASSWORD: string;
  readonly AUTH_SECRET: string;
  readonly CURSOR_SECRET: string;
  readonly VISITOR_SECRET: string;
}

interface Wanted {
  readonly profile: Profile;
  readonly stores: readonly StoreName[];
  /** Its secrets win over those that are made up here. Default: process.env. */
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/**
 * Starts the stores of docker/compose.yml, and stops them when they are released. Nobody counts
 * holders here: the last one's containers are everybody's.
 *
 * @throws Failure when Docker is missing or cannot start them: with what it said.
 */
export async function holdDockerStores(wanted: Wanted): Promise<HeldStores> {
  const { stores, signal } = wanted;
  const compose = composeFor(wanted);
  const services = stores.map((store) => SERVICES[store].service);
  const stop = async () => {
    await compose(['stop', ...services]);
  };
  try {
    await compose(['up', '--detach', '--wait', ...services], signal);
    const env = Object.fromEntries(
      await Promise.all(
        stores.map(async (store) => [STORE_VARIABLES[store], await urlOf(store, compose, wanted)]),
      ),
    ) as Record<string, string>;
    const reports = await environmentStores(stores, env);
    return {
      reports: reports.map((report) => ({ ...report, how: 'docker/compose.yml' })),
      env,
      lost: new AbortController().signal,
      pin: () => undefined,
      release: stop,
    };
  } catch (error) {
    if (signal?.aborted) await stop();
    throw error;
  }
}

/** Stops what {@link holdDockerStores} has started; the data stays in its volumes. */
export async function stopDockerStores(wanted: Wanted): Promise<void> {
  await composeFor(wanted)(['stop', ...wanted.stores.map((store) => SERVICES[store].service)]);
}

type Compose = (args: readonly string[], signal?: AbortSignal) => Promise<string>;

function composeFor({ profile, env = process.env }: Wanted): Compose {
  const { workspace } = profile;
  const file = path.join(workspace, 'docker/compose.yml');
  const secrets = dockerSecrets(workspace);
  return async (args, signal) => {
    const { failed, all, stdout, code } = await execa(
      'docker',
      ['compose', '--project-name', 'trilith', '--file', file, ...args],
      {
        env: { ...secrets, ...env },
        extendEnv: false,
        all: true,
        reject: false,
        cancelSignal: signal,
      },
    );
    signal?.throwIfAborted();
    if (code === 'ENOENT')
      throw new Failure('"--stores docker" needs docker, which is not installed.');
    if (failed) throw new Failure(`"docker compose ${args[0]}" failed:\n${all}`);
    return stdout;
  };
}

async function urlOf(
  store: StoreName,
  compose: Compose,
  { profile, env }: Wanted,
): Promise<string> {
  const { service, port } = SERVICES[store];
  const address = (await compose(['port', service, String(port)])).trim();
  const password = env?.['POSTGRES_PASSWORD'] ?? dockerSecrets(profile.workspace).POSTGRES_PASSWORD;
  const urls: Record<StoreName, string> = {
    postgres: `postgres://trilith:${encodeURIComponent(password)}@${address}/trilith`,
    redis: `redis://${address}/0`,
    // Its replica set knows it by a name that only containers know.
    mongodb: `mongodb://${address}/trilith?directConnection=true`,
  };
  return urls[store];
}

/** Made once: the volumes remember the password. */
function dockerSecrets(workspace: string): Secrets {
  const file = path.join(workspace, '.data/docker.json');
  const kept = readJson<Partial<Secrets>>(file, {});
  const made = () => randomBytes(24).toString('base64url');
  const secrets: Secrets = {
    POSTGRES_PASSWORD: kept.POSTGRES_PASSWORD ?? made(),
    AUTH_SECRET: kept.AUTH_SECRET ?? made(),
    CURSOR_SECRET: kept.CURSOR_SECRET ?? made(),
    VISITOR_SECRET: kept.VISITOR_SECRET ?? made(),
  };
  writeJson(file, secrets);
  return secrets;
}
