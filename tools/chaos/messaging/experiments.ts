import type { Experiment } from '../experiment.ts';
import { crashLoop } from './crash-loop.ts';
import { emptiedRedis } from './emptied-redis.ts';
import { frozenConsumer } from './frozen-consumer.ts';
import { killedEverywhere } from './killed-everywhere.ts';
import { orderPerKey } from './order-per-key.ts';
import { slowConsumer } from './slow-consumer.ts';

export const messagingExperiments: readonly Experiment[] = [
  killedEverywhere,
  crashLoop,
  frozenConsumer,
  orderPerKey,
  slowConsumer,
  emptiedRedis,
];
