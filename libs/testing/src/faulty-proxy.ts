import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { resetConnection } from './reset-connection.js';

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'mongodb:': 27017,
  'http:': 80,
};

/**
 * Starts a TCP proxy on a free port of 127.0.0.1 that forwards to the target until it is told to
 * misbehave. Point the client under test at `proxy.url`.
 * @param target the address of a store or service, with one host
 */
export async function faultyProxy(target: string): Promise<FaultyProxy> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new FaultyProxy(server, new URL(target));
}

/** A network between a client and its target that breaks on demand. */
export class FaultyProxy {
  /** On 127.0.0.1. */
  readonly port: number;
  private readonly sockets = new Set<Socket>();
  private refusing = false;
  private latencyMs = 0;
  /** Pending while no byte may pass. */
  private stalled: PromiseWithResolvers<void> | undefined;

  constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('not a TCP server');
    this.port = address.port;
    server.on('connection', (client) => this.accept(client));
  }

  /** The target's address with host and port replaced by the proxy's. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** How many connections clients have open. */
  get connections(): number {
    return this.sockets.size / 2;
  }

  /** Resets every connection, and each new one at once, like a server that is down. */
  cut(): void {
    this.refusing = true;
    this.resetAll();
  }

  /** Keeps and accepts connections but lets no byte pass, like a lost route. */
  stall(): void {
    this.stalled ??= Promise.withResolvers();
  }

  /** Holds every piece of data back for that long, in both directions. 0 ends it. */
  delay(ms: number): void {
    this.latencyMs = ms;
  }

  /** Forwards again. What was held back by `stall` goes on its way; what was cut stays cut. */
  heal(): void {
    this.refusing = false;
    this.latencyMs = 0;
    this.release();
  }

  /** Stops the proxy and resets what is open. */
  async close(): Promise<void> {
    this.refusing = true;
    this.resetAll();
    this.release();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  /** Disposes like `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private accept(client: Socket): void {
    if (this.refusing) {
      resetConnection(client);
      return;
    }
    const port = Number(this.target.port) || (DEFAULT_PORTS[this.target.protocol] ?? 0);
    const upstream = connect({ host: this.target.hostname, port, allowHalfOpen: true });
    for (const [socket, peer] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      // A connection that breaks on one side breaks on the other.
      socket.on('error', () => resetConnection(peer));
      socket.on('close', () => this.sockets.delete(socket));
      void this.forward(socket, peer);
    }
  }

  private async forward(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const chunk of from) {
        await this.mayPass();
        if (!to.write(chunk as Buffer)) await once(to, 'drain');
      }
      await this.mayPass();
      to.end();
    } catch {
      // One of the two was reset, by a fault or by its owner: so is the other.
      resetConnection(to);
    }
  }

  private async mayPass(): Promise<void> {
    if (this.latencyMs > 0) await sleep(this.latencyMs);
    await this.stalled?.promise;
  }

  private release(): void {
    this.stalled?.resolve();
    this.stalled = undefined;
  }

  private resetAll(): void {
    for (const socket of this.sockets) resetConnection(socket);
  }
}
