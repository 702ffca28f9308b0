import type { Experiment } from '../experiment.ts';
import { everyKeyExpires } from './every-key-expires.ts';
import { exactLimit } from './exact-limit.ts';
import { failover } from './failover.ts';
import { forgedAddresses } from './forged-addresses.ts';
import { hungRedis } from './hung-redis.ts';
import { restartedRedis } from './restarted-redis.ts';
import { signInWithoutRedis } from './sign-in-without-redis.ts';

export const rateLimitExperiments: readonly Experiment[] = [
  exactLimit,
  forgedAddresses,
  hungRedis,
  signInWithoutRedis,
  restartedRedis,
  failover,
  everyKeyExpires,
];
