import { Logger } from '@nestjs/common';
import { type RedisClient, memoryFullness } from '@trilith/redis';

/** A store that is fuller takes no more events: what is left is for the platform's own. */
const TIGHT = 0.9;
const LOOK_EVERY_MS = 1_000;

/** How full the store of the figures is, looked up at most once a second and only while it is asked. */
export class StoreMemory {
  private readonly logger = new Logger('store');
  private fullness = 0;
  private lookedAt = -Infinity;

  constructor(private readonly redis: RedisClient) {}

  /** Whether it was nearly full when it was looked at last. A store without a limit never is. */
  isTight(): boolean {
    if (performance.now() - this.lookedAt > LOOK_EVERY_MS) {
      this.lookedAt = performance.now();
      this.look().catch((error: Error) => {
        // A store that does not answer refuses the events themselves.
        this.logger.debug(`memory could not be read: ${error.message}`);
      });
    }
    return this.fullness >= TIGHT;
  }

  private async look(): Promise<void> {
    const fullest = await memoryFullness(this.redis);
    if (fullest >= TIGHT && this.fullness < TIGHT) {
      this.logger.warn(`memory is ${Math.round(fullest * 100)} % full: no events are taken`);
    }
    this.fullness = fullest;
  }
}
