import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { Logger, type LoggerService } from '@nestjs/common';
import { LockManager } from '@trilith/locks';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type RedisForTest, eventually, redisForTest } from '@trilith/testing';

import { OutboxRelay, type OutboxRelayOptions, type OutboxStore } from '../../src/index.js';
import type { Backend, BackendKind } from './backend.js';
import { RecordingSink } from './recording-sink.js';

/** What a relay joins, where it is not what the bench gives. */
export interface RelayParts {
  readonly options?: Partial<OutboxRelayOptions>;
  readonly sink?: RecordingSink;
  readonly redis?: RedisClient;
  readonly store?: OutboxStore;
}

/** Relays on one outbox, and what tests of them do. */
export class RelayBench {
  /** Of the lease of this case alone. */
  prefix = '';
  sink = new RecordingSink();
  private readonly relays: OutboxRelay[] = [];

  private constructor(
    readonly backend: Backend,
    readonly place: RedisForTest,
    readonly redis: RedisClient,
  ) {}

  private static async open(kind: BackendKind): Promise<RelayBench> {
    const backend = await kind.open();
    const place = await redisForTest();
    const redis = createRedis({ url: place.url, name: 'relay-bench' });
    await whenReady(redis, 10_000);
    return new RelayBench(backend, place, redis);
  }

  /** Opens one for all cases of a block, and begins and ends each of them. */
  static forCases(kind: BackendKind, use: (bench: RelayBench) => void): void {
    let bench: RelayBench;
    beforeAll(async () => {
      bench = await RelayBench.open(kind);
      use(bench);
    });
    beforeEach(() => {
      bench.begin();
    });
    afterEach(async () => {
      await bench.end();
    });
    afterAll(async () => {
      await bench.close();
    });
  }

  /** Begins a case: with a lease and a sink of its own, and silent. */
  begin(): void {
    Logger.overrideLogger(false);
    this.prefix = `${this.place.prefix}-${randomUUID()}`;
    this.sink = new RecordingSink();
  }

  /** Ends a case: its relays stop. */
  async end(): Promise<void> {
    await Promise.all(this.relays.splice(0).map(async (relay) => relay.stop()));
  }

  async close(): Promise<void> {
    await closeRedis(this.redis);
    await this.place.close();
    await this.backend.close();
  }

  relay({ options, sink, redis, store }: RelayParts = {}): OutboxRelay {
    const relay = new OutboxRelay({
      service: 'tests',
      store: store ?? this.backend.store,
      sink: sink ?? this.sink,
      locks: new LockManager({ redis: redis ?? this.redis, prefix: this.prefix }),
      options: { leaseMs: 1_000, retryMinMs: 10, retryMaxMs: 100, ...options },
    });
    this.relays.push(relay);
    return relay;
  }

  /** The store, with some of its methods replaced. */
  storeWith(replaced: Partial<OutboxStore>): OutboxStore {
    return Object.assign(Object.create(this.backend.store) as OutboxStore, replaced);
  }

  /** One event for each key, in one transaction. */
  async commit(...keys: string[]): Promise<string[]> {
    return this.backend.inTransaction(async () =>
      this.backend.outbox.addAll(
        keys.map((key) => ({ topic: 'tests.happened', key, payload: key })),
      ),
    );
  }

  async pending(): Promise<number> {
    return (await this.backend.store.lag()).pending;
  }

  async allSent(): Promise<void> {
    await eventually(async () => {
      const pending = await this.pending();
      if (pending > 0) throw new Error(`${pending} events are unsent`);
    });
  }

  /** Marks what no relay published. */
  async discard(): Promise<void> {
    const { store } = this.backend;
    await store.markSent((await store.unsent(1_000)).map(({ id }) => id));
  }

  /** The first commits may come before a relay listens: one that was waiting is woken by the last. */
  async untilListening(): Promise<void> {
    await eventually(async () => {
      await this.commit('wake up');
      if (this.sink.published.length < 2) throw new Error('nothing woke the relay');
    });
  }
}

/** Each key where it first came: what is published again comes after. */
export function inOrderOfFirst(keys: readonly string[]): string[] {
  return [...new Set(keys)];
}

/** What relays log from now on. */
export function relayLog(): string[] {
  const logged: string[] = [];
  Logger.overrideLogger(relayLogger(logged));
  return logged;
}

/** Keeps what relays log. */
export function relayLogger(lines: string[]): LoggerService {
  const note = (message: string, from: string) =>
    void (from === OutboxRelay.name && lines.push(message));
  return { log: note, warn: note, error: note };
}
