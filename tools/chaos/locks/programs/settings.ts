/** What a worker is to do. */
export interface WorkerSettings {
  /** Of this process, in what it tells and in the names of its leases. */
  readonly label: string;
  /** Where locks are kept; several make a quorum. */
  readonly redisUrls: readonly string[];
  readonly task: Task;
}

export type Task = IncrementTask | WriteTask | GrantTask | HoldTask;

/** Adds to a counter of a Redis by reading it and writing it back. */
export interface IncrementTask {
  readonly kind: 'increment';
  readonly counterUrl: string;
  readonly counter: string;
  readonly locked: boolean;
  readonly lanes: number;
  /** Of each lane; undefined for as long as it is not told to stop. */
  readonly times?: number;
  readonly ttlMs: number;
  /** The wall clock jumps about by as much, both ways. */
  readonly clockJumpsMs?: number;
}

/** Adds to a row of PostgreSQL by reading it and writing it back, until it is told to stop. */
export interface WriteTask {
  readonly kind: 'write';
  readonly databaseUrl: string;
  readonly row: string;
  readonly fenced: boolean;
  readonly ttlMs: number;
  readonly workMs: number;
}

/** Takes a lock again and again, and tells the tokens. */
export interface GrantTask {
  readonly kind: 'grant';
  readonly resource: string;
  readonly grants: number;
  readonly lanes: number;
  /** Where tokens are minted; undefined in the Redis of the locks. */
  readonly databaseUrl?: string;
}

/** Waits for a lock in its turn, tells that it has it, and keeps it. */
export interface HoldTask {
  readonly kind: 'hold';
  readonly resource: string;
  readonly ttlMs: number;
}

/** What a worker tells. */
export type Told =
  | { readonly kind: 'ready' | 'done' | 'held' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'incremented' }
  | { readonly kind: 'unavailable'; readonly afterMs: number };
