import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { PinoLogger } from 'nestjs-pino';
import { NotReadyError } from './not-ready.error.js';

/** Resolves when what it checks works; rejects otherwise. Must stop what it does on abort. */
export type HealthCheck = (signal: AbortSignal) => Promise<void>;

/** A check that takes longer than this has failed. */
const CHECK_DEADLINE_MS = 1_000;

/** Many probes at once share one run, so that probing cannot load a store. */
const SHARED_FOR_MS = 250;

/** The checks that decide whether this service is ready. Those of the service's own stores only. */
@Injectable()
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();
  private readonly down = new Set<string>();

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly logger: PinoLogger,
  ) {
    this.logger.setContext(HealthRegistry.name);
  }

  /**
   * Adds a check under a unique name. It runs at start, before the service listens, and at each
   * `/health/ready`, next to the others and with a deadline of one second.
   */
  register(name: string, check: HealthCheck): void {
    if (this.checks.has(name)) throw new Error(`There is a health check "${name}" already.`);
    this.checks.set(name, check);
  }

  /** Runs all checks in parallel: one result each, with its duration. */
  run(): Promise<HealthIndicatorResult[]> {
    return Promise.all(
      [...this.checks].map(([name, check]) =>
        this.indicators
          .check(name)
          .attempt(({ signal }) => this.observed(name, check, signal))
          .withTimeout(CHECK_DEADLINE_MS)
          .cacheFor(SHARED_FOR_MS),
      ),
    );
  }

  /**
   * Logs a change once, with its cause; the answer to the outside gives no more than a code, or the
   * message of a `NotReadyError`.
   */
  private async observed(name: string, check: HealthCheck, signal: AbortSignal): Promise<void> {
    try {
      await check(signal);
    } catch (error) {
      this.changed(name, false, error);
      throw new Error(reasonOf(error), { cause: error });
    }
    this.changed(name, true);
  }

  private changed(name: string, up: boolean, err?: unknown): void {
    if (up === !this.down.has(name)) return;
    if (up) {
      this.down.delete(name);
      this.logger.info({ check: name }, 'health check works again');
    } else {
      this.down.add(name);
      this.logger.warn({ check: name, err }, 'health check fails');
    }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error instanceof NotReadyError) return error.message;
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : error.name;
}
