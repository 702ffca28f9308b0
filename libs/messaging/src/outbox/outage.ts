import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '@nestjs/common';

/** How long to wait between two attempts. */
export interface BackoffOptions {
  /** Longest first wait, doubled with each further failure. */
  readonly minMs: number;
  /** Longest wait of all. */
  readonly maxMs: number;
}

/** What is being tried, for the log, and how patiently. */
export interface OutageOptions {
  /** `Relaying the outbox of users`. */
  readonly activity: string;
  readonly logger: Logger;
  readonly backoff: BackoffOptions;
}

/** A time during which something keeps failing: logged when it begins and when it is over. */
export class Outage {
  private failures = 0;

  constructor(private readonly options: OutageOptions) {}

  /** Something failed: waits, longer each time and never as long as others do. */
  async failed(error: unknown, signal: AbortSignal): Promise<void> {
    const { activity, logger, backoff } = this.options;
    if (this.failures === 0) {
      logger.warn(`${activity} is interrupted and will be tried again: ${String(error)}`);
    }
    const longest = Math.min(backoff.maxMs, backoff.minMs * 2 ** this.failures);
    this.failures += 1;
    await pause(longest * (0.5 + Math.random() / 2), signal);
  }

  /** Something worked. */
  over(): void {
    if (this.failures === 0) return;
    this.options.logger.log(
      `${this.options.activity} works again after ${this.failures} failed attempts`,
    );
    this.failures = 0;
  }
}

/** Waits; an abort ends it early, and is no error. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
