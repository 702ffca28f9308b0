import { EventPattern } from '@nestjs/microservices';
import type { Part } from '../../frame/process-host.ts';
import { controllerOf } from '../nest/decorated.ts';
import { startTrilithServer } from '../nest/trilith.ts';
import { type DelayInput, HandledTimes, type Payload, TOPIC } from './delay.ts';

export default async function start({ redisUrl, prefix }: DelayInput): Promise<Part> {
  const handled = new HandledTimes();
  const app = await startTrilithServer({
    messaging: {
      redis: { url: redisUrl },
      service: 'subscribing',
      subscribeTo: ['publishing'],
      prefix,
    },
    controller: controllerOf(EventPattern(TOPIC), (payload: Payload) => handled.add(payload)),
  });
  return {
    take: async (round: { count: number }) => handled.take(round),
    stop: async () => app.close(),
  };
}
