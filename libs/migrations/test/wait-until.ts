import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition, however long the machine takes: Jest's own limit ends what hangs. */
export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(25);
}
