import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type HeldStores, holdStores } from '../../stores/client.ts';
import type { Experiment } from '../experiment.ts';

/** Only a hang takes so long: each waits for what it counts. */
const TIMEOUT_MS = 300_000;

type Stores = Pick<Parameters<typeof holdStores>[0], 'profile' | 'stores'>;

/**
 * Experiments in small, each as a test by its title. No time counts in them.
 *
 * @param settings.stores what they share. Default: nothing
 * @param settings.events default: as many as an experiment takes
 */
export function shortForms(
  experiments: Readonly<Record<string, Experiment>>,
  { stores, events }: { stores?: Stores; events?: number } = {},
): void {
  let held: HeldStores | undefined;
  const interrupted = new AbortController();

  beforeAll(async () => {
    held = stores && (await hold(stores));
  }, TIMEOUT_MS);

  afterAll(async () => {
    interrupted.abort();
    await held?.release();
  });

  it.each(Object.entries(experiments))(
    '%s',
    async (_title, { run }) => {
      const said: string[] = [];
      const finding = await run({
        seed: 1,
        seconds: 6,
        ...(events !== undefined && { events }),
        signal: interrupted.signal,
        say: (text) => said.push(text),
      });
      expect({ said, ...finding }).toMatchObject({ held: true, reasons: [] });
    },
    TIMEOUT_MS,
  );
}

async function hold(stores: Stores): Promise<HeldStores> {
  return holdStores({
    ...stores,
    holder: `tests of chaos (pid ${process.pid})`,
    // Not those of whoever runs the tests: they are stopped and killed here.
    env: { ...process.env, DATABASE_URL: undefined, MONGODB_URL: undefined },
  });
}
