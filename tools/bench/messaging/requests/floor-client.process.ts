import { Redis } from 'ioredis';
import type { Part } from '../../frame/process-host.ts';
import { floorKeys } from './floor-keys.ts';
import { type Ask, asking, type Payload, type RequestInput } from './request.ts';

interface Reply {
  readonly request: string;
  readonly payload: Payload;
}

/** Adds and waits; it has no deadline, and no bound on what waits. */
export default async function start({ redisUrl, prefix }: RequestInput): Promise<Part> {
  const { stream, replies } = floorKeys(prefix);
  const commands = new Redis(redisUrl, { enableAutoPipelining: true });
  const subscriber = new Redis(redisUrl);
  const waiting = new Map<string, (payload: Payload) => void>();
  let asked = 0;

  await subscriber.subscribe(replies);
  subscriber.on('message', (_channel, text) => {
    const { request, payload } = JSON.parse(text) as Reply;
    waiting.get(request)?.(payload);
    waiting.delete(request);
  });
  const ask: Ask = async (payload) => {
    const request = String((asked += 1));
    const { promise, resolve } = Promise.withResolvers<Payload>();
    waiting.set(request, resolve);
    const text = JSON.stringify(payload);
    await commands.xadd(stream, '*', 'request', request, 'reply', replies, 'payload', text);
    return promise;
  };
  return {
    ...asking(ask),
    stop: async () => {
      await subscriber.quit();
      await commands.quit();
    },
  };
}
