import { setTimeout as sleep } from 'node:timers/promises';

import type { Lease } from './lease.js';
import type { LockManager } from './lock-manager.js';

/** Who is elected, and what for. */
export interface LeaderElectionOptions {
  readonly locks: Pick<LockManager, 'acquire'>;
  /** All elections of one name, in whatever process, have one leader together. */
  readonly name: string;
  /** After how long another takes over from a leader that died, in milliseconds; 10,000 by default. */
  readonly ttlMs?: number;
  /** Pause after a failure, in milliseconds; 1,000 by default. */
  readonly retryMs?: number;
  /**
   * The leader's work, begun at each election. It ends when `lease.signal` aborts, or before: then
   * the leader stays one. When it fails, the leadership is passed on.
   */
  readonly lead?: (lease: Lease, signal: AbortSignal) => Promise<void>;
  /** Told why there was no leadership to be had, or why `lead` failed. Default: nobody is told. */
  readonly onError?: (error: unknown) => void;
}

/**
 * One of several processes leads, for as long as it lives and is heard of; another takes over when
 * not. A leader that is frozen does not know that it no longer is one: let what it writes check
 * `lease.fencingToken`.
 *
 * @example
 * const election = new LeaderElection({ locks, name: 'scheduler', lead: async (_lease, signal) => {
 *   await runSchedule({ until: signal });
 * } });
 * election.start();
 * // …
 * await election.stop();
 */
export class LeaderElection implements AsyncDisposable {
  private readonly stopping = new AbortController();
  private current: Lease | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly options: LeaderElectionOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** The lease of this process while it leads; undefined else. */
  get lease(): Lease | undefined {
    return this.current?.isHeld ? this.current : undefined;
  }

  get isLeader(): boolean {
    return this.lease !== undefined;
  }

  /** Stands for election from now on, in the background; failures are tried again, never thrown. */
  start(): void {
    this.running ??= this.run();
  }

  /** Ends what is led, waits for it, and lets the next one lead. Final. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private async run(): Promise<void> {
    const { retryMs = 1_000, onError } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.serveTerm();
      } catch (error) {
        if (signal.aborted) return;
        onError?.(error);
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async serveTerm(): Promise<void> {
    const { locks, name, ttlMs } = this.options;
    const { signal } = this.stopping;
    // Whoever has waited longest leads next: a leader that fails at its work does not go on at once.
    const patience = { ttlMs, fair: true, waitMs: Infinity, signal };
    await using lease = await locks.acquire(`leader:${name}`, patience);
    this.current = lease;
    try {
      await this.lead(lease, AbortSignal.any([lease.signal, signal]));
    } finally {
      this.current = undefined;
    }
  }

  private async lead(lease: Lease, over: AbortSignal): Promise<void> {
    await this.options.lead?.(lease, over);
    if (over.aborted) return;
    await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
  }
}
