import type { Experiment } from '../experiment.ts';
import { exactCount, movedClocks } from './exact-count.ts';
import { killedHolder } from './killed-holder.ts';
import { quorumOutage } from './quorum-outage.ts';
import { risingTokens } from './rising-tokens.ts';
import { stoppedHolders } from './stopped-holders.ts';

export const locksExperiments: readonly Experiment[] = [
  stoppedHolders,
  risingTokens,
  exactCount,
  movedClocks,
  quorumOutage,
  killedHolder,
];
