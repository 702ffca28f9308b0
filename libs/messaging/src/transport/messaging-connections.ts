import { randomUUID } from 'node:crypto';

import { Injectable, Logger } from '@nestjs/common';
import {
  type RedisClient,
  RedisUnavailableError,
  addressOf,
  checkServer,
  closeRedis,
  createBlockingRedis,
  createRedis,
  whenReady,
} from '@trilith/redis';
import type { Redis } from 'ioredis';
import { type Observable, ReplaySubject, distinctUntilChanged } from 'rxjs';

import type { ResolvedMessagingOptions } from '../messaging.options.js';

/** Whether the server can be reached. */
export type MessagingStatus = 'connected' | 'reconnecting' | 'disconnected';

/** For how long a call waits for a connection that was only just lost. */
const graceMs = 2_000;

/** The connections of one process: one for commands, and others that wait for messages. */
@Injectable()
export class MessagingConnections {
  /** Unique to this process; starts its consumers' names, so that `XINFO CONSUMERS` tells whose. */
  readonly instance: string;
  private readonly logger = new Logger('Messaging');
  private readonly statusChanges = new ReplaySubject<MessagingStatus>(1);
  private readonly opened: RedisClient[] = [];
  private commandClient: RedisClient | undefined;
  private waiting: Promise<void> | undefined;
  private awaySince = 0;
  private lastError: Error | undefined;
  private current: MessagingStatus = 'disconnected';

  constructor(private readonly options: ResolvedMessagingOptions) {
    this.instance = `${options.service}-${process.pid}-${randomUUID().slice(0, 8)}`;
  }

  /** The current status at once, then each change. */
  get status(): Observable<MessagingStatus> {
    return this.statusChanges.pipe(distinctUntilChanged());
  }

  /** For everything that does not wait. Opened at first use. */
  get commands(): RedisClient {
    this.commandClient ??= this.openCommands();
    return this.commandClient;
  }

  /** Opens a connection for reads of these streams, which can be read together. */
  openBlocking(
    purpose: string,
    { streams, maxBlockMs }: { streams: readonly string[]; maxBlockMs: number },
  ): Redis {
    const [key] = streams;
    const client = createBlockingRedis({ ...this.settings(purpose), key, maxBlockMs });
    this.opened.push(client);
    return client;
  }

  /** Whether keys of different slots lie on different servers. */
  get isCluster(): boolean {
    return /^rediss?\+cluster:/.test(this.options.redis.url);
  }

  /** What every connection of this process shares; `purpose` ends its name. */
  settings(purpose: string) {
    const { url, tls, sentinelCredentials, commandTimeoutMs } = this.options.redis;
    const { prefix } = this.options;
    return {
      url,
      tls,
      sentinelCredentials,
      commandTimeoutMs,
      name: `${prefix}:${this.instance}:${purpose}`,
      onError: (error: Error) => (this.lastError = error),
    };
  }

  /** Whether commands can be sent now. */
  get isReady(): boolean {
    return this.commandClient?.status === 'ready';
  }

  /**
   * Resolves when commands can be sent. A connection that was lost a moment ago is waited for;
   * one that is away for longer fails at once.
   *
   * @throws {RedisUnavailableError}
   */
  async ready(): Promise<void> {
    if (this.commands.status === 'ready') return;
    const remainingMs = this.awaySince + graceMs - performance.now();
    if (remainingMs > 0) return this.becomingReady(remainingMs);
    throw new RedisUnavailableError(addressOf(this.options.redis.url), 'is away', {
      cause: this.lastError,
    });
  }

  /** One wait for all: each listens to the client, and the time is up for each at the same moment. */
  private becomingReady(remainingMs: number): Promise<void> {
    this.waiting ??= whenReady(this.commands, Math.ceil(remainingMs)).finally(() => {
      this.waiting = undefined;
    });
    return this.waiting;
  }

  /** Connects for the first time, and warns of what the server should not be set to. */
  async start(): Promise<void> {
    this.awaySince = performance.now();
    await this.ready();
    const warnings = await checkServer(this.commands, { needs: ['noeviction', 'aof'] });
    for (const warning of warnings) this.logger.warn(`${this.address}: ${warning}`);
  }

  /**
   * For readiness checks. Waits for a connection that is only just being made.
   *
   * @throws when the server is away or does not answer, or `signal` aborts first.
   */
  async ping(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.answer(), aborted]);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  private async answer(): Promise<void> {
    await this.ready();
    await this.commands.ping();
  }

  /** Those that are open: the one for commands first. */
  all(): readonly RedisClient[] {
    return this.commandClient ? [this.commandClient, ...this.opened] : this.opened;
  }

  /** Closes all that were opened here, those that wait for messages first. May be called twice. */
  async close(): Promise<void> {
    // From here on a closed connection is no loss.
    this.becomes('disconnected');
    await Promise.all(this.opened.map(async (client) => closeRedis(client)));
    if (this.commandClient) await closeRedis(this.commandClient);
  }

  /** Milliseconds until a command without an answer fails. */
  get commandTimeoutMs(): number {
    return this.options.redis.commandTimeoutMs ?? 2_000;
  }

  private get address(): string {
    return addressOf(this.options.redis.url);
  }

  private openCommands(): RedisClient {
    const client = createRedis(this.settings('commands'));
    // Before the first use nobody tried: its grace begins now.
    this.awaySince = performance.now();
    client.on('ready', () => this.becomes('connected'));
    // Each failed attempt to reconnect closes again: only the first is the loss.
    client.on('close', () => {
      if (this.current === 'connected') this.becomes('reconnecting');
    });
    return client;
  }

  private becomes(status: MessagingStatus): void {
    if (status === 'connected' && this.current === 'reconnecting') {
      this.logger.log(`Redis at ${this.address} is back`);
    }
    if (status === 'reconnecting') {
      this.awaySince = performance.now();
      this.logger.warn(`Redis at ${this.address} is away; reconnecting`);
    }
    this.current = status;
    this.statusChanges.next(status);
  }
}
