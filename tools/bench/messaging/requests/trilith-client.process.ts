import { MessagingModule, type RedisStreamsClient } from '@trilith/messaging';
import { firstValueFrom } from 'rxjs';
import type { Part } from '../../frame/process-host.ts';
import { startTrilithClient } from '../nest/trilith.ts';
import { asking, PATTERN, type Payload, type RequestInput } from './request.ts';

const CLIENT = Symbol('CLIENT');

export default async function start({ redisUrl, prefix }: RequestInput): Promise<Part> {
  const app = await startTrilithClient({
    messaging: { redis: { url: redisUrl }, service: 'asking', prefix },
    imports: [MessagingModule.forFeature([{ token: CLIENT, service: 'answering' }])],
  });
  const client = app.get<RedisStreamsClient>(CLIENT);
  await client.connect();
  const ask = async (payload: Payload) => firstValueFrom(client.send<Payload>(PATTERN, payload));
  return { ...asking(ask), stop: async () => app.close() };
}
