import { isNativeError } from 'node:util/types';

import { Redis } from 'ioredis';

import type { ResolvedConnectionOptions } from './connection.options.js';
import { RedisUnavailableError } from './redis.errors.js';
import type { Address, Credentials } from './topology.js';

/** Servers that know where others are: Sentinels, or the nodes of a cluster. */
export class Inquiry {
  /** Whoever answered last comes first. */
  private known: readonly Address[];

  constructor(
    addresses: readonly Address[],
    private readonly options: ResolvedConnectionOptions,
    private readonly credentials: Credentials,
  ) {
    this.known = addresses;
  }

  /**
   * Asks one after the other until one knows.
   *
   * @throws {RedisUnavailableError} when none does, with the last failure as its cause.
   */
  async ask<Answer>(
    question: (server: Redis, address: Address) => Promise<Answer | undefined>,
  ): Promise<Answer> {
    let cause: unknown;
    for (const address of this.known) {
      try {
        const answer = await this.askOne(address, question);
        if (answer === undefined) continue;
        this.known = distinct([address, ...this.known]);
        return answer;
      } catch (error) {
        cause = error;
      }
    }
    const why = isNativeError(cause) ? `: ${cause.message}` : '';
    throw new RedisUnavailableError(this.options.address, `does not tell where to connect${why}`, {
      cause,
    });
  }

  /** These can be asked, too. */
  learn(addresses: readonly Address[]): void {
    this.known = distinct([...this.known, ...addresses]);
  }

  private async askOne<Answer>(
    address: Address,
    question: (server: Redis, address: Address) => Promise<Answer | undefined>,
  ): Promise<Answer | undefined> {
    const { name, tls, connectTimeoutMs, commandTimeoutMs } = this.options;
    const server = new Redis({
      ...address,
      ...this.credentials,
      tls,
      connectionName: name,
      lazyConnect: true,
      enableReadyCheck: false,
      connectTimeout: Math.min(connectTimeoutMs, commandTimeoutMs),
      commandTimeout: commandTimeoutMs,
      disconnectTimeout: 0,
      retryStrategy: () => null,
    });
    let reason: Error | undefined;
    server.on('error', (error: Error) => (reason = error));
    try {
      await server.connect();
      return await question(server, address);
    } catch (error) {
      // Of a connection that fails, only the event tells why.
      throw reason ?? error;
    } finally {
      server.disconnect();
    }
  }
}

function distinct(addresses: readonly Address[]): Address[] {
  return addresses.filter(
    ({ host, port }, index) =>
      index === addresses.findIndex((other) => other.host === host && other.port === port),
  );
}
