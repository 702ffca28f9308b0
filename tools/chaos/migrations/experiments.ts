import type { Experiment } from '../experiment.ts';
import { coldStarts } from './cold-starts.ts';
import { editedFile } from './edited-file.ts';
import { killedInAnyStep } from './killed-in-any-step.ts';
import { trafficGoesOn } from './traffic-goes-on.ts';

export const migrationExperiments: readonly Experiment[] = [
  coldStarts,
  killedInAnyStep,
  trafficGoesOn,
  editedFile,
];
