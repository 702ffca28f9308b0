import type { Experiment } from '../experiment.ts';
import { cutOffReplica } from './cut-off-replica.ts';
import { failingRedis } from './failing-redis.ts';
import { killedLoader } from './killed-loader.ts';
import { overtakenLoader } from './overtaken-loader.ts';
import { threeUsers } from './three-users.ts';

export const cacheExperiments: readonly Experiment[] = [
  failingRedis,
  cutOffReplica,
  killedLoader,
  overtakenLoader,
  threeUsers,
];
