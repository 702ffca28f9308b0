import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type HeldStores, holdStores } from '../../stores/client.ts';
import type { Experiment } from '../experiment.ts';
import { coldStarts } from '../migrations/cold-starts.ts';
import { editedFile } from '../migrations/edited-file.ts';
import { killedInAnyStep } from '../migrations/killed-in-any-step.ts';
import { CHAOS_STORES } from '../migrations/stage.ts';
import { trafficGoesOn } from '../migrations/traffic-goes-on.ts';

/** Only a hang takes so long: each waits for what it counts. */
const TIMEOUT_MS = 300_000;

/** `npm run chaos -- migrations` in small: two cold starts, a transaction of three seconds. */
describe('migrations', () => {
  let held: HeldStores;
  const interrupted = new AbortController();

  beforeAll(async () => {
    held = await holdStores({
      profile: CHAOS_STORES,
      stores: ['postgres', 'mongodb'],
      holder: `tests of chaos (pid ${process.pid})`,
      env: { ...process.env, DATABASE_URL: undefined, MONGODB_URL: undefined },
    });
  }, TIMEOUT_MS);

  afterAll(async () => {
    interrupted.abort();
    await held.release();
  });

  it.each<[title: string, experiment: Experiment]>([
    ['applies each file once when five start at once', coldStarts],
    ['brings everything to its end after a kill in any step', killedInAnyStep],
    ['lets traffic go on while a change waits for its lock', trafficGoesOn],
    ['applies nothing while an old file is edited', editedFile],
  ])(
    '%s',
    async (_title, { run }) => {
      const said: string[] = [];
      const finding = await run({
        seed: 1,
        seconds: 6,
        signal: interrupted.signal,
        say: (text) => said.push(text),
      });
      expect({ said, ...finding }).toMatchObject({ held: true, reasons: [] });
    },
    TIMEOUT_MS,
  );
});
