/** A table has the name that a partition is to get, and is none: nobody but a person can tell why. */
export class PartitionConflictError extends Error {
  readonly code = 'partition_conflict';
  override readonly name = 'PartitionConflictError';

  constructor(
    readonly table: string,
    readonly partition: string,
  ) {
    super(`${partition} is no partition of ${table}: attach it, or give it another name`);
  }
}
