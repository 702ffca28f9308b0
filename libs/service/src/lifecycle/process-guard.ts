import { constants } from 'node:os';
import type { Logger } from 'pino';

/** What the guard of the process needs. */
export interface ProcessGuardOptions {
  readonly logger: Logger;
  /** The longest that the stop may take. */
  readonly timeoutMs: number;
}

/**
 * Turns the end of the process into an orderly stop: by SIGTERM, SIGINT or SIGHUP, by the disconnection of a
 * runner that started it with an IPC channel, or by an error that nobody caught. The process exits
 * within its time whatever happens; a second signal ends it at once.
 *
 * Exit status: 0 when it was asked to stop, 1 after an error that nobody caught, 128 + the signal's
 * number after a second signal.
 */
export class ProcessGuard {
  private stopping = false;
  private stop: () => Promise<void> = () => Promise.resolve();

  constructor(private readonly options: ProcessGuardOptions) {}

  /** Starts to listen to the process. */
  watch(): void {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => this.onSignal(signal));
    }
    if (process.channel) process.once('disconnect', () => this.end('its runner is gone', 0));
    process.on('uncaughtException', (error) => this.onCrash(error));
    process.on('unhandledRejection', (reason) => this.onCrash(reason));
  }

  /** Says how the service stops in order, from when there is something to stop. */
  onStop(stop: () => Promise<void>): void {
    this.stop = stop;
  }

  private onSignal(signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP'): void {
    if (this.stopping) this.exit(128 + constants.signals[signal]);
    this.end(signal, 0);
  }

  private onCrash(err: unknown): void {
    this.options.logger.fatal({ err }, 'an error that nobody caught');
    if (!this.stopping) this.end('an error that nobody caught', 1);
  }

  private end(reason: string, status: number): void {
    this.stopping = true;
    const { logger, timeoutMs } = this.options;
    logger.info({ reason }, 'stopping');
    setTimeout(() => {
      logger.error(`the stop took longer than ${timeoutMs / 1_000} s: exiting without its end`);
      this.exit(status);
    }, timeoutMs);
    void this.stop()
      .then(() => logger.info('stopped'))
      .catch((err: unknown) => logger.error({ err }, 'the stop failed'))
      .finally(() => this.exit(status));
  }

  private exit(status: number): never {
    this.options.logger.flush();
    // oxlint-disable-next-line unicorn/no-process-exit
    process.exit(status);
  }
}
