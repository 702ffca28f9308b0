import { readFileSync } from 'node:fs';
import path from 'node:path';
import { holdStores } from '../stores/client.ts';
import { testProfile } from '../stores/profile.ts';
import { findRedisServer } from '../stores/redis/server.ts';
import { lease } from './lease.mjs';

/**
 * Gives the project's tests the stores that its package.json names, as in
 * `"trilith": { "stores": ["postgres", "redis"] }`, through DATABASE_URL, REDIS_URL and
 * MONGODB_URL; and under `"programs": ["redis-server"]` the program to start more of them with,
 * through REDIS_SERVER_PROGRAM. A variable that is set already is taken as it is.
 */
export default async function globalSetup(_globalConfig, { rootDir }) {
  const project = JSON.parse(readFileSync(path.join(rootDir, 'package.json'), 'utf8'));
  const { stores = [], programs = [] } = project.trilith ?? {};
  if (programs.includes('redis-server')) await provideRedisServer();
  if (stores.length === 0) return;
  lease.held = await holdStores({
    profile: testProfile(),
    stores,
    holder: `tests of ${project.name} (pid ${process.pid})`,
    onProgress: (store, text) => process.stderr.write(`${store}: ${text}\n`),
  });
  // Jest's workers are started after this and inherit it.
  Object.assign(process.env, lease.held.env);
}

/** Without it nothing of the project is tested: what was skipped would look as if it had passed. */
async function provideRedisServer() {
  if (process.env.REDIS_SERVER_PROGRAM) return;
  const progress = (text) => process.stderr.write(`redis: ${text}\n`);
  const { command } = await findRedisServer({ progress });
  process.env.REDIS_SERVER_PROGRAM = command;
}
