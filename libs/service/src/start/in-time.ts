import { LATE, within } from '../lifecycle/within.js';
import { showStores, type Stores } from './reachable.js';
import { StartError } from './start.error.js';

/**
 * Bounds a step of the start, since a driver may hang.
 *
 * @throws {StartError} that names all stores: which of them hangs, nobody can tell
 */
export async function inTime<T>(
  step: Promise<T>,
  { timeoutMs, what, stores }: { timeoutMs: number; what: string; stores: Stores },
): Promise<T> {
  const result = await within(step, timeoutMs);
  if (result !== LATE) return result;
  throw new StartError(`${what} took longer than ${timeoutMs / 1_000} s${showStores(stores)}`);
}
