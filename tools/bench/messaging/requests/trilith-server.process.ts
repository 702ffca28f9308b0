import { MessagePattern } from '@nestjs/microservices';
import type { Part } from '../../frame/process-host.ts';
import { controllerOf } from '../nest/decorated.ts';
import { startTrilithServer } from '../nest/trilith.ts';
import { PATTERN, type Payload, type RequestInput } from './request.ts';

export default async function start({ redisUrl, prefix }: RequestInput): Promise<Part> {
  const app = await startTrilithServer({
    messaging: { redis: { url: redisUrl }, service: 'answering', prefix },
    controller: controllerOf(MessagePattern(PATTERN), (payload: Payload) => payload),
  });
  return { stop: async () => app.close() };
}
