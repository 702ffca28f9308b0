import type { RedisClient } from '@trilith/redis';

import type { MessagingConnections } from '../messaging-connections.js';
import {
  type ClaimedEntry,
  claimEntries,
  releaseEntries,
  removeConsumers,
  renewLeases,
} from '../scripts.js';

/** Whose part of a stream is consumed. */
export interface ConsumerIdentity {
  readonly stream: string;
  readonly group: string;
  /** Unique to this process. */
  readonly consumer: string;
}

/** An entry in hand and the number of the attempt under way. */
export interface HeldEntry {
  readonly entryId: string;
  readonly attempt: number;
}

const renewedTogether = 250;

/** One consumer's view of its group on one stream: every command that concerns deliveries. */
export class ConsumerGroup {
  private readonly keys: readonly [string];

  constructor(
    readonly identity: ConsumerIdentity,
    private readonly connections: MessagingConnections,
  ) {
    this.keys = [identity.stream];
  }

  /** Creates the group where it is missing, to read from the stream's start. */
  async ensure(): Promise<void> {
    const { stream, group } = this.identity;
    try {
      await this.redis.xgroup('CREATE', stream, group, '0', 'MKSTREAM');
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
    }
  }

  /** Takes over entries whose consumer has shown no sign of life for `idleMs`. */
  async claim({ idleMs, count }: { idleMs: number; count: number }): Promise<ClaimedEntry[]> {
    const { group, consumer } = this.identity;
    return claimEntries(this.redis, this.keys, [group, consumer, idleMs, count, '']);
  }

  /** Finds what was delivered to this consumer and never reached it, when a connection broke. */
  async claimUnseen(held: readonly string[], count: number): Promise<ClaimedEntry[]> {
    const { group, consumer } = this.identity;
    return claimEntries(this.redis, this.keys, [group, consumer, 0, count, consumer, ...held]);
  }

  /** Renews the leases of entries in hand. Returns the ids of those that others took over. */
  async renew(held: readonly HeldEntry[]): Promise<string[]> {
    const lost: string[] = [];
    for (let from = 0; from < held.length; from += renewedTogether) {
      const part = held.slice(from, from + renewedTogether);
      lost.push(...(await renewLeases(this.redis, this.keys, [...this.owner, ...flat(part)])));
    }
    return lost;
  }

  /** Lets others take at once whatever this consumer has pending. `begun`: attempts to remember. */
  async release(begun: readonly HeldEntry[], idleMs: number): Promise<number> {
    return releaseEntries(this.redis, this.keys, [...this.owner, idleMs, ...flat(begun)]);
  }

  /** Forgets consumers that have nothing pending and showed no sign of life for `idleMs`. */
  async removeConsumersIdleFor(idleMs: number): Promise<void> {
    await removeConsumers(this.redis, this.keys, [this.identity.group, idleMs]);
  }

  private get owner(): [group: string, consumer: string] {
    return [this.identity.group, this.identity.consumer];
  }

  private get redis(): RedisClient {
    return this.connections.commands;
  }
}

function flat(held: readonly HeldEntry[]): (string | number)[] {
  return held.flatMap(({ entryId, attempt }) => [entryId, attempt]);
}
