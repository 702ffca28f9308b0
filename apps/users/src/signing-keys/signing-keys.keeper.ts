import { setTimeout as sleep } from 'node:timers/promises';

import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';

import { KeyRing } from './key-ring.js';

/** Far less than keys are published ahead. */
const EVERY_MS = 60_000;

/** Lets the key ring look once a minute, so that it signs with the key whose time has come. */
@Injectable()
export class SigningKeysKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(SigningKeysKeeper.name);
  private readonly stopped = new AbortController();
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly keyRing: KeyRing) {}

  onApplicationBootstrap(): void {
    this.work = this.keep();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.work;
  }

  private async keep(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const ms = EVERY_MS * (0.8 + Math.random() * 0.4);
      await sleep(ms, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.attempt();
    }
  }

  /** Never throws: the keys that are there serve on, and a minute later it is tried again. */
  private async attempt(): Promise<void> {
    try {
      await this.keyRing.refresh();
    } catch (error) {
      if (this.stopped.signal.aborted) return;
      this.logger.warn({ err: error }, 'signing keys could not be read');
    }
  }
}
