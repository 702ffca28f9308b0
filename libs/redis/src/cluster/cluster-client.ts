import { isNativeError } from 'node:util/types';

import { Cluster, type Command, type Redis } from 'ioredis';

import { clientOptions } from '../client-options.js';
import type { ResolvedConnectionOptions } from '../connection.options.js';
import { reconnectDelay, whenSilent } from '../reconnecting.js';
import { RedisUnavailableError } from '../redis.errors.js';
import type { Topology } from '../topology.js';

/** Redirections of one command: each was refused where it went before, and has not run. */
const maxRedirections = 5;
const retryDelayOnTryAgainMs = 10;
/** How often the nodes are asked for their slots, so that new nodes are known before they are needed. */
const lookEveryMs = 10_000;

/**
 * An ioredis cluster that keeps this library's promises: no command waits for a node that is away,
 * none is sent after its deadline, none that may have run is sent again.
 */
export class ClusterClient extends Cluster {
  /** `host:port` of nodes that could not be reached, as long as slots are theirs. */
  private readonly away = new Set<string>();
  private refreshes = 0;
  private refreshTimer: NodeJS.Timeout | undefined;
  private isGathering = false;
  /** Why a node could not be reached, until one is. */
  private reason: Error | undefined;

  constructor(
    topology: Extract<Topology, { kind: 'cluster' }>,
    private readonly settings: ResolvedConnectionOptions,
  ) {
    super([...topology.nodes], {
      ...timing(settings),
      // A name stays a name: TLS compares it with the certificate.
      dnsLookup: (host, done) => done(null, host),
      redisOptions: {
        ...clientOptions(settings),
        ...topology.credentials,
        commandTimeout: settings.commandTimeoutMs,
      },
    });
    this.on('+node', (node: Redis) => this.adopt(node));
    this.on('refresh', () => this.forgetStrangers());
    this.on('node error', (error: Error) => this.tell(error));
    this.on('close', () => this.startOver());
    // The interval of ioredis goes on after the end when it ends during a refresh.
    const look = setInterval(() => {
      if (this.status === 'ready') this.refreshSlotsCache();
    }, lookEveryMs).unref();
    this.on('end', () => clearInterval(look));
  }

  /** @internal ioredis calls it for every command, also again for those that were redirected. */
  override sendCommand(...[command, stream, node]: Parameters<Cluster['sendCommand']>): unknown {
    const isOwn = command.name === 'cluster';
    if (!isOwn && (this.status !== 'ready' || this.isAway(command))) {
      command.reject(new Error('Connection is closed.'));
      return command.promise;
    }
    this.sendTogether();
    return super.sendCommand(command, stream, node);
  }

  /** @internal What a pipeline would wait for before the first connection: it fails instead. */
  override delayUntilReady(callback: (error: Error) => void): void {
    process.nextTick(callback, new Error('Connection is closed.'));
  }

  /** @internal Of a cluster of which no node answers ioredis says just that; here with the reason. */
  override emit(event: string | symbol, ...told: unknown[]): boolean {
    const [error] = told;
    if (event !== 'error' || !isOfAllNodes(error)) return super.emit(event, ...told);
    const cause = this.reason ?? error;
    const reason = `does not tell where to connect: ${cause.message}`;
    return super.emit(event, new RedisUnavailableError(this.settings.address, reason, { cause }));
  }

  private tell(error: Error): void {
    // What follows from a connection that failed does not say why.
    if (this.reason && error.message === 'Connection is closed.') return;
    this.reason = error;
    this.emit('error', error);
  }

  private isAway(command: Command): boolean {
    if (this.away.size === 0) return false;
    const master = this.slots[command.getSlot()]?.[0];
    return master !== undefined && this.away.has(master);
  }

  /**
   * What is sent to one node in one turn of the event loop travels together. ioredis's own
   * auto-pipelining fails commands when a slot moves that shares a pipeline with another.
   */
  private sendTogether(): void {
    if (this.isGathering) return;
    this.isGathering = true;
    const streams = this.nodes('master').flatMap(({ stream }) => stream ?? []);
    for (const stream of streams) stream.cork();
    setImmediate(() => {
      this.isGathering = false;
      for (const stream of streams) stream.uncork();
    });
  }

  private adopt(node: Redis): void {
    const key = keyOf(node);
    sendNothingLate(node);
    const heartbeat = whenSilent(node, () => {
      node.disconnect();
      node.stream.destroy();
    });
    node.on('ready', () => this.away.delete(key));
    node.once('end', () => {
      clearInterval(heartbeat);
      if (this.status !== 'ready') return;
      this.away.add(key);
      this.refreshSoon();
    });
    // At once: the first command should not have to wait for it. Its error event tells.
    node.connect().catch(() => undefined);
  }

  /** Looks for who serves the slots of the nodes that are away, until all are served. */
  private refreshSoon(): void {
    if (this.refreshTimer) return;
    this.refreshes += 1;
    const delayMs = reconnectDelay(this.refreshes, this.settings.maxReconnectDelayMs);
    this.refreshTimer = setTimeout(() => {
      this.refreshTimer = undefined;
      if (this.status !== 'ready' || this.away.size === 0) return;
      // Connects anew to the nodes that still have slots.
      this.refreshSlotsCache(() => this.refreshSoon());
    }, delayMs).unref();
  }

  private forgetStrangers(): void {
    this.reason = undefined;
    const masters = new Set(this.slots.map((nodes) => nodes?.[0]));
    for (const key of this.away) if (!masters.has(key)) this.away.delete(key);
    if (this.away.size === 0) this.refreshes = 0;
  }

  private startOver(): void {
    clearTimeout(this.refreshTimer);
    this.refreshTimer = undefined;
    this.refreshes = 0;
    this.away.clear();
  }
}

function isOfAllNodes(error: unknown): error is Error {
  return isNativeError(error) && error.name === 'ClusterAllFailedError';
}

function timing({ commandTimeoutMs, maxReconnectDelayMs }: ResolvedConnectionOptions) {
  return {
    clusterRetryStrategy: (attempt: number) => reconnectDelay(attempt, maxReconnectDelayMs),
    slotsRefreshTimeout: commandTimeoutMs,
    maxRedirections,
    retryDelayOnTryAgain: retryDelayOnTryAgainMs,
    // Such a command may have run, or it is known that it cannot: the caller decides.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  };
}

/** A command may wait for a connection that is just being made, until its deadline and no longer. */
function sendNothingLate(node: Redis): void {
  const overdue = new WeakSet<Promise<unknown>>();
  const send = node.sendCommand.bind(node);
  node.sendCommand = (command, stream) => {
    const { promise } = command;
    if (overdue.has(promise)) return promise;
    if (node.status !== 'ready') promise.catch(() => overdue.add(promise));
    return send(command, stream);
  };
}

function keyOf({ options: { host = '', port = 6379 } }: Redis): string {
  return `${host}:${port}`;
}
