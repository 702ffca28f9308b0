import { Failure } from '../../terminal/failure.ts';
import { pause } from '../pause.ts';

const LOOK_EVERY_MS = 20;
/** Only what never comes takes so long. */
const GIVE_UP_AFTER_MS = 120_000;

/** @throws Failure when it does not become so within two minutes */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + GIVE_UP_AFTER_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Failure(`This did not come about: ${what}`);
    await pause(LOOK_EVERY_MS, signal);
  }
}
