import 'reflect-metadata';
import type {
  DynamicModule,
  INestApplicationContext,
  INestMicroservice,
  Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagingModule, type MessagingOptions, RedisStreamsServer } from '@trilith/messaging';
import { moduleOf } from './decorated.ts';

export interface TrilithServiceOptions {
  readonly messaging: MessagingOptions;
  readonly imports?: readonly DynamicModule[];
}

/** A service that asks and publishes, but handles nothing. */
export async function startTrilithClient({
  messaging,
  imports = [],
}: TrilithServiceOptions): Promise<INestApplicationContext> {
  const module = moduleOf({ imports: [MessagingModule.forRoot(messaging), ...imports] });
  return NestFactory.createApplicationContext(module, { logger: ['error', 'warn'] });
}

/** A service that handles what its controller says. */
export async function startTrilithServer({
  messaging,
  controller,
}: TrilithServiceOptions & { readonly controller: Type }): Promise<INestMicroservice> {
  const module = moduleOf({
    imports: [MessagingModule.forRoot(messaging)],
    controllers: [controller],
  });
  const app = await NestFactory.createMicroservice(module, {
    inject: [RedisStreamsServer],
    useFactory: (strategy: RedisStreamsServer) => ({ strategy }),
    logger: ['error', 'warn'],
  });
  await app.listen();
  return app;
}
