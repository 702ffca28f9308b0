import type { Logger } from '@nestjs/common';
import { isRedisUnavailable } from '@trilith/redis';

/**
 * Repeats a work: the next time starts `everyMs`, or what that returns, after the last one ended.
 * Failing is no reason to stop.
 */
export class Periodically {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly everyMs: number | (() => number),
    private readonly work: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  start(): void {
    const everyMs = typeof this.everyMs === 'number' ? this.everyMs : this.everyMs();
    // Replicas that started together should not go on in step.
    const waitMs = everyMs * (0.75 + Math.random() / 4);
    this.timer = setTimeout(() => {
      this.current = this.runOnce();
    }, waitMs).unref();
  }

  /** Resolves when nothing of it runs any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.current;
  }

  private async runOnce(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      // That the server is away is told once, by its connection.
      if (!isRedisUnavailable(error)) this.logger.error(error);
    }
    if (!this.stopped) this.start();
  }
}
