import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy, ClientsModule, Transport } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import type { Part } from '../../frame/process-host.ts';
import { moduleOf } from '../nest/decorated.ts';
import { nestRedisOptions } from './nest-options.ts';
import { asking, PATTERN, type Payload, type RequestInput } from './request.ts';

const CLIENT = Symbol('CLIENT');

export default async function start({ redisUrl }: RequestInput): Promise<Part> {
  const options = nestRedisOptions(redisUrl);
  const clients = ClientsModule.register([{ name: CLIENT, transport: Transport.REDIS, options }]);
  const app = await NestFactory.createApplicationContext(moduleOf({ imports: [clients] }), {
    logger: ['error', 'warn'],
  });
  const client = app.get<ClientProxy>(CLIENT);
  await client.connect();
  const ask = async (payload: Payload) => firstValueFrom(client.send<Payload>(PATTERN, payload));
  return { ...asking(ask), stop: async () => app.close() };
}
