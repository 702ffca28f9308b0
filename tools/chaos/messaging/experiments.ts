import type { Experiment } from '../experiment.ts';
import { killedEverywhere } from './killed-everywhere.ts';

export const messagingExperiments: readonly Experiment[] = [killedEverywhere];
