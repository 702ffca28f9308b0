import type { Logger } from '@nestjs/common';

import type { ResolvedMessagingOptions } from '../messaging.options.js';
import { Periodically } from './consumer/periodically.js';
import { moveDueEvents, trimPartitions } from './event-scripts.js';
import type { MessagingConnections } from './messaging-connections.js';
import { StreamKeys } from './stream-keys.js';

export interface StreamKeeperParts {
  readonly publisher: string;
  readonly options: ResolvedMessagingOptions;
  readonly connections: MessagingConnections;
  readonly logger: Logger;
}

/** The longest time between two looks for delayed events that are due. */
const lookEveryMs = 250;
const movedTogether = 200;

/**
 * Looks after one publisher's streams: puts delayed events where they belong when they are due, and
 * removes what is past its retention. Every process that publishes or subscribes does so: one that
 * lives is enough, and more do no harm.
 */
export class StreamKeeper {
  private readonly base: readonly [string];
  private readonly chores: readonly Periodically[];
  private nextLookInMs = lookEveryMs;

  constructor(private readonly parts: StreamKeeperParts) {
    const { options, publisher, logger } = parts;
    this.base = [new StreamKeys(options.prefix).events(publisher)];
    this.chores = [
      new Periodically(
        () => this.nextLookInMs,
        async () => this.moveDue(),
        logger,
      ),
      new Periodically(options.cleanUpEveryMs, async () => this.trim(), logger),
    ];
  }

  start(): void {
    for (const chore of this.chores) chore.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.chores.map(async (chore) => chore.stop()));
  }

  private async moveDue(): Promise<void> {
    this.nextLookInMs = lookEveryMs;
    const { count, nextInMs } = await moveDueEvents(this.redis, this.base, [movedTogether]);
    if (count === movedTogether) this.nextLookInMs = 0;
    else if (nextInMs !== undefined) this.nextLookInMs = Math.min(lookEveryMs, nextInMs + 1);
  }

  private async trim(): Promise<void> {
    const { retentionMs, retentionEntries } = this.parts.options;
    await trimPartitions(this.redis, this.base, [retentionMs, retentionEntries]);
  }

  private get redis() {
    return this.parts.connections.commands;
  }
}
