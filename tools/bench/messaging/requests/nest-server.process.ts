import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, type RedisOptions, Transport } from '@nestjs/microservices';
import type { Part } from '../../frame/process-host.ts';
import { controllerOf, moduleOf } from '../nest/decorated.ts';
import { nestRedisOptions } from './nest-options.ts';
import { PATTERN, type Payload, type RequestInput } from './request.ts';

export default async function start({ redisUrl }: RequestInput): Promise<Part> {
  const controller = controllerOf(MessagePattern(PATTERN), (payload: Payload) => payload);
  const app = await NestFactory.createMicroservice<RedisOptions>(
    moduleOf({ controllers: [controller] }),
    { transport: Transport.REDIS, options: nestRedisOptions(redisUrl), logger: ['error', 'warn'] },
  );
  await app.listen();
  return { stop: async () => app.close() };
}
