import { lease } from './lease.mjs';

/** Lets go of the stores; the last one to do so waits until they have stopped. */
export default async function globalTeardown() {
  await lease.held?.release();
}
