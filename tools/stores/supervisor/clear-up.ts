import { rmSync } from 'node:fs';
import { readJson } from '../json-file.ts';
import { Ledger } from '../processes/ledger.ts';
import type { SupervisorAddress, supervisorPaths } from './paths.ts';

/**
 * Stops and removes what a supervisor that was killed left behind. Only for who holds the
 * profile's lock. Returns the labels of the processes that still ran.
 */
export async function clearUp(paths: ReturnType<typeof supervisorPaths>): Promise<string[]> {
  const orphans = await new Ledger(paths.ledger).sweep();
  const left = readJson<SupervisorAddress | undefined>(paths.address, undefined);
  if (left) rmSync(left.temporaryFolder, { recursive: true, force: true });
  rmSync(paths.address, { force: true });
  return orphans.map(({ label }) => label);
}
