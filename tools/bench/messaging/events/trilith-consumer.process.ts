import { EventPattern } from '@nestjs/microservices';
import type { Part } from '../../frame/process-host.ts';
import { controllerOf } from '../nest/decorated.ts';
import { startTrilithServer } from '../nest/trilith.ts';
import { type ConsumeInput, type EventInput, Handled, type Payload, TOPIC } from './event.ts';

export default async function start({ redisUrl }: EventInput): Promise<Part> {
  const consume = async ({ prefix, count }: ConsumeInput) => {
    const handled = new Handled(count);
    const app = await startTrilithServer({
      messaging: {
        redis: { url: redisUrl },
        service: 'subscribing',
        subscribeTo: ['publishing'],
        prefix,
      },
      controller: controllerOf(EventPattern(TOPIC), (payload: Payload) => handled.add(payload)),
    });
    const rate = await handled.rate();
    await app.close();
    return rate;
  };
  return { consume };
}
