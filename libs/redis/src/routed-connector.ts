import { connect as connectPlain, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

import { AbstractConnector, type RedisOptions } from 'ioredis';

import type { ResolvedConnectionOptions } from './connection.options.js';
import { reconnectDelay } from './reconnecting.js';
import type { Route, ServerInfo } from './route.js';
import type { Address } from './topology.js';

const lookEveryMs = 5_000;

/**
 * Lets an ioredis connection ask its route, at each attempt to connect, where to.
 *
 * That of ioredis for Sentinel is not used: a failover that it hears of while it asks for the
 * master ends its connection for good.
 */
export class RoutedConnector extends AbstractConnector {
  constructor(
    private readonly route: Route,
    private readonly options: ResolvedConnectionOptions,
    { disconnectTimeout = 0 }: RedisOptions,
  ) {
    super(disconnectTimeout);
  }

  /** Goes on asking until somebody knows: were it to give up, ioredis would not try again. */
  override async connect(emit: (event: string, error: Error) => void): Promise<Socket> {
    this.connecting = true;
    for (let attempt = 1; this.connecting; attempt += 1) {
      const address = await this.route.find().catch((error: Error) => {
        if (this.connecting) emit('error', error);
      });
      if (address && this.connecting) return this.open(address);
      await sleep(reconnectDelay(attempt, this.options.maxReconnectDelayMs));
    }
    throw new Error('Connection is closed.');
  }

  override check(info: ServerInfo): boolean {
    return this.route.fits(info);
  }

  private open(address: Address): Socket {
    const { tls } = this.options;
    const { host, port } = address;
    const stream = tls ? connectTls({ ...tls, host, port }) : connectPlain({ host, port });
    stream.once('error', (error) => (this.firstError = error));
    // An old master that lost sight of the others goes on answering, and what it says is lost.
    const watch = setInterval(
      () => void this.leaveWhenAstray(stream, address),
      lookEveryMs,
    ).unref();
    stream.once('close', () => clearInterval(watch));
    this.stream = stream;
    return stream;
  }

  /** Where nobody tells where it belongs, the connection stays. */
  private async leaveWhenAstray(stream: Socket, { host, port }: Address): Promise<void> {
    const found = await this.route.find().catch(() => undefined);
    if (found && (found.host !== host || found.port !== port)) stream.destroy();
  }
}
