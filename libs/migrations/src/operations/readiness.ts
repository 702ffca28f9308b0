import { labelOf } from '../migration-file.js';
import { StoreAheadError, StoreBehindError } from '../migrations.errors.js';
import type { Operation } from './operation.js';

/** Labels of the migrations that the store lacks, oldest first. */
export async function pending(operation: Operation): Promise<string[]> {
  const history = await operation.history();
  return history.pending.map(labelOf);
}

/** @throws StoreBehindError, StoreAheadError */
export async function assertReady(operation: Operation): Promise<void> {
  const { name } = operation.options.store;
  const { files, entries, pending: missing } = await operation.history();
  if (missing.length > 0) throw new StoreBehindError(name, missing.map(labelOf));
  const known = new Set(files.map(({ version }) => version));
  // One that was only begun may have broken things already.
  const breaking = [...entries.values()].filter(
    (entry) => entry.breaking && !known.has(entry.version),
  );
  if (breaking.length > 0) throw new StoreAheadError(name, breaking.map(labelOf));
}
