import { type INestMicroservice, Module, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

import {
  EventPublisher,
  MessagingModule,
  type MessagingOptions,
  RedisStreamsClient,
  RedisStreamsServer,
} from '../../src/index.js';

/** What a test says of a service; the rest has values that make tests quick. */
export type ServiceForTestOptions = MessagingOptions & {
  controllers?: Type[];
  providers?: Provider[];
  /** Services that {@link ServiceForTest.client} may ask. */
  asks?: string[];
};

/** One replica of a service, with real connections. */
export class ServiceForTest {
  private closed: Promise<void> | undefined;

  constructor(private readonly app: INestMicroservice) {}

  get server(): RedisStreamsServer {
    return this.app.get(RedisStreamsServer);
  }

  get publisher(): EventPublisher {
    return this.app.get(EventPublisher);
  }

  client(service: string): RedisStreamsClient {
    return this.app.get<RedisStreamsClient>(`client:${service}`);
  }

  get<T>(token: Type<T>): T {
    return this.app.get(token);
  }

  async close(): Promise<void> {
    this.closed ??= this.app.close();
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

export async function startService({
  controllers = [],
  providers = [],
  asks = [],
  ...messaging
}: ServiceForTestOptions): Promise<ServiceForTest> {
  @Module({
    imports: [
      MessagingModule.forRoot({
        retryDelayMs: 20,
        maxRetryDelayMs: 100,
        leaseMs: 1_000,
        ...messaging,
      }),
      MessagingModule.forFeature(asks.map((service) => ({ token: `client:${service}`, service }))),
    ],
    controllers,
    providers,
  })
  class ServiceModule {}

  const app = await NestFactory.createMicroservice(ServiceModule, {
    inject: [RedisStreamsServer],
    useFactory: (strategy: RedisStreamsServer) => ({ strategy }),
    logger: process.env['TEST_LOG'] ? undefined : false,
  });
  try {
    await app.listen();
  } catch (error) {
    await app.close();
    throw error;
  }
  return new ServiceForTest(app);
}
