import { setTimeout as sleep } from 'node:timers/promises';

import type { FleetCache } from './caches.js';
import type { LoadReport, LoadSettings } from './settings.js';
import type { Source } from './source.js';

const REST_MS = 10;
const HUNG_MS = 1_000;
/** Stale again and again, so that each is loaded anew all the time, and fails half of it. */
const FRAGILE = { ttlMs: 200, graceMs: 3_600_000, graceBackoffMs: 50 };

interface LoadOptions {
  readonly cache: FleetCache;
  readonly source: Source;
  readonly settings: LoadSettings;
  readonly index: number;
  readonly replicas: number;
}

/** Reads and writes without rest, and measures each read. */
export class Load {
  private readonly latencies: number[] = [];
  private readonly begun = new Set<number>();
  private writes = 0;
  private failed = 0;
  private hung = 0;
  private firstFailure: string | undefined;
  private isWriting = true;
  private isOver = false;
  private write: Promise<void> = Promise.resolve();
  private readonly readers: Promise<void>[];

  constructor(private readonly options: LoadOptions) {
    const { readers } = options.settings;
    this.readers = Array.from({ length: readers }, async () => this.keepReading());
    void this.keepWriting();
  }

  /** What was measured since the last report. Reads that hang now are told, too. */
  report(): LoadReport {
    const now = performance.now();
    const hanging = [...this.begun].filter((at) => now - at > HUNG_MS).length;
    const sorted = this.latencies.splice(0).toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
    const report: LoadReport = {
      reads: sorted.length,
      writes: this.writes,
      failed: this.failed,
      hung: this.hung + hanging,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      worstMs: at(1),
      ...(this.firstFailure !== undefined && { firstFailure: this.firstFailure }),
    };
    this.writes = this.failed = this.hung = 0;
    return report;
  }

  /** Resolves when no write is under way. */
  async pauseWrites(): Promise<void> {
    this.isWriting = false;
    await this.write;
  }

  resumeWrites(): void {
    this.isWriting = true;
  }

  async stop(): Promise<void> {
    this.isOver = true;
    // A control's reads may never end.
    await Promise.race([Promise.all(this.readers), sleep(HUNG_MS)]);
  }

  private async keepReading(): Promise<void> {
    const { fragile, written } = this.options.settings;
    while (!this.isOver) {
      const pick = Math.floor(Math.random() * (fragile + written));
      const beganAt = performance.now();
      this.begun.add(beganAt);
      try {
        await (pick < fragile ? this.readFragile(pick) : this.readWritten(pick - fragile));
      } catch (error) {
        this.failed += 1;
        this.firstFailure ??= error instanceof Error ? error.stack : String(error);
      }
      this.begun.delete(beganAt);
      const tookMs = performance.now() - beganAt;
      if (tookMs > HUNG_MS) this.hung += 1;
      this.latencies.push(tookMs);
      await sleep(REST_MS);
    }
  }

  private async readFragile(pick: number): Promise<number> {
    const { cache, source } = this.options;
    const key = `fragile:${pick}`;
    const load = async () => {
      if (Math.random() < 0.5) throw new Error('the source failed on purpose');
      return source.read(key);
    };
    return cache.read(key, load, FRAGILE);
  }

  private async readWritten(pick: number): Promise<number> {
    const { cache, source } = this.options;
    const key = `written:${pick}`;
    return cache.read(key, async () => source.read(key));
  }

  /** A key has one writer, so that its versions reach the cache in the source's order. */
  private async keepWriting(): Promise<void> {
    const { settings, index, replicas } = this.options;
    for (let turn = index; !this.isOver; turn += replicas) {
      if (this.isWriting) {
        this.write = this.writeOnce(`written:${turn % settings.written}`);
        await this.write;
      }
      await sleep(settings.writeEveryMs);
    }
  }

  private async writeOnce(key: string): Promise<void> {
    const { cache, source } = this.options;
    await cache.write(key, async () => source.write(key)).catch(() => undefined);
    this.writes += 1;
  }
}
