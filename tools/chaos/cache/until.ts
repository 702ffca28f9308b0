import { pause } from '../pause.ts';

const LOOK_EVERY_MS = 10;

/** Waits until something is so. Tells whether it was before the time was up. */
export async function until(
  isTrue: () => Promise<boolean>,
  { signal, withinMs = 60_000 }: { readonly signal: AbortSignal; readonly withinMs?: number },
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) return false;
    await pause(LOOK_EVERY_MS, signal);
  }
  return true;
}
