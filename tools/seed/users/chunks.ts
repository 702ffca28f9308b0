import { availableParallelism } from 'node:os';
import type { Client } from 'pg';
import type { Filled } from '../filler.ts';
import type { Progress } from '../../terminal/progress.ts';
import { inTransaction, withClient } from './database.ts';

/** Rows that are committed together; a run that is cut off loses at most one such chunk a lane. */
const CHUNK = 2_000;
/** Connections that write at the same time. */
const MOST_LANES = 4;

/** Rows by number, written chunk by chunk: each is there as a whole, or not at all. */
export interface ChunkedRows {
  readonly what: string;
  readonly count: number;
  /** Of these row numbers, those that are in the database. */
  readonly there: (client: Client, numbers: readonly number[]) => Promise<ReadonlySet<number>>;
  /** Writes the rows with these numbers, in the transaction of the caller. */
  readonly write: (client: Client, numbers: readonly number[]) => Promise<void>;
}

export interface ChunkContext {
  readonly url: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Writes the chunks that are missing. Stopped anywhere, it goes on there the next time. */
export async function writeChunks(
  rows: ChunkedRows,
  { url, progress, signal }: ChunkContext,
): Promise<Filled> {
  const start = performance.now();
  const missing = await withClient(url, async (client) => missingChunks(client, rows));
  const added = missing.reduce((sum, chunk) => sum + chunk.length, 0);
  progress.begin(`${rows.what}: ${added.toLocaleString('en')} rows to add`, missing.length);
  const queue = missing.values();
  const lane = async () =>
    withClient(url, async (client) => {
      await client.query(LANE_SETTINGS);
      for (const chunk of queue) {
        signal.throwIfAborted();
        await inTransaction(client, async () => rows.write(client, chunk));
        progress.step();
      }
    });
  const lanes = Math.min(MOST_LANES, availableParallelism(), missing.length);
  await Promise.all(Array.from({ length: lanes }, lane));
  progress.end();
  const seconds = (performance.now() - start) / 1_000;
  return { what: rows.what, added, there: rows.count - added, seconds };
}

/** What is lost with the server is written again by the next run. A GIN index is filled in bulk. */
const LANE_SETTINGS = `
  SET synchronous_commit = off; SET timezone = 'UTC'; SET gin_pending_list_limit = '64MB'`;

/**
 * A chunk is told by its rows at both ends: of a last one that was shorter in the run before, only
 * the first is there. What it lacks is found row by row.
 */
async function missingChunks(client: Client, rows: ChunkedRows): Promise<number[][]> {
  const chunks = Array.from({ length: Math.ceil(rows.count / CHUNK) }, (_, index) =>
    range(index * CHUNK, Math.min(rows.count, (index + 1) * CHUNK)),
  );
  const ends = await rows.there(client, [
    ...new Set(chunks.flatMap((chunk) => [chunk[0] ?? 0, chunk.at(-1) ?? 0])),
  ]);
  const missing: number[][] = [];
  for (const chunk of chunks) {
    if (ends.has(chunk.at(-1) ?? 0)) continue;
    const known = ends.has(chunk[0] ?? 0) ? await rows.there(client, chunk) : new Set<number>();
    missing.push(chunk.filter((number) => !known.has(number)));
  }
  return missing;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
