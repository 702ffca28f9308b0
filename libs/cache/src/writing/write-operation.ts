import type { Entry } from '../entry.js';

/** One thing to do to what is cached. */
export type WriteOperation =
  | {
      readonly kind: 'w';
      readonly name: string;
      readonly ttlMs: number;
      /** As it is stored, without its position. */
      readonly stored: Buffer;
      /** As memory keeps it, at a position. */
      readonly entryAt: (position: number) => Entry;
    }
  | { readonly kind: 'd' | 'e' | 't' | 's'; readonly name: string }
  | { readonly kind: 'c'; readonly name: '' };

/** Whether an operation was done, or waits for Redis to be back and holds in this process until then. */
export type WriteOutcome = 'applied' | 'queued';

/** Most operations in one record of the log. */
const MOST_OPERATIONS = 500;

/**
 * Splits operations into those that may share a position: a tag or everything must not be
 * invalidated at the position of a value that was written before it.
 */
export function* inRecords(operations: Iterable<WriteOperation>): Generator<WriteOperation[]> {
  let part: WriteOperation[] = [];
  let hasValues = false;
  for (const operation of operations) {
    const isSweeping = operation.kind === 't' || operation.kind === 's' || operation.kind === 'c';
    if (part.length >= MOST_OPERATIONS || (isSweeping && hasValues)) {
      yield part;
      part = [];
      hasValues = false;
    }
    part.push(operation);
    hasValues ||= operation.kind === 'w';
  }
  if (part.length > 0) yield part;
}
