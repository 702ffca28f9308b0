import { once } from 'node:events';

import { Redis } from 'ioredis';
import type { Part } from '../../frame/process-host.ts';
import { floorKeys } from './floor-keys.ts';
import type { Payload, RequestInput } from './request.ts';

type Entry = readonly [id: string, fields: readonly string[]];
type Reply = readonly [stream: string, entries: readonly Entry[]][] | null;

const COUNT = 64;
const BLOCK_MS = 1_000;

/** Reads, parses, answers, acknowledges and removes; it recovers from nothing. */
export default async function start({ redisUrl, prefix }: RequestInput): Promise<Part> {
  const { stream, group } = floorKeys(prefix);
  const commands = new Redis(redisUrl, { enableAutoPipelining: true });
  const reader = new Redis(redisUrl);
  await once(reader, 'ready');
  await commands.xgroup('CREATE', stream, group, '0', 'MKSTREAM');

  const answer = async ([id, [, request = '', , channel = '', , text = '']]: Entry) => {
    const payload = JSON.parse(text) as Payload;
    await Promise.all([
      commands.publish(channel, JSON.stringify({ request, payload })),
      commands.xack(stream, group, id),
      commands.xdel(stream, id),
    ]);
  };
  const read = async () => {
    const options = ['COUNT', COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', stream, '>'] as const;
    const reply = (await reader.call('XREADGROUP', 'GROUP', group, 'one', ...options)) as Reply;
    return reply?.[0]?.[1] ?? [];
  };
  const serve = async () => {
    while (reader.status === 'ready') {
      for (const entry of await read()) answer(entry).catch(fail);
    }
  };
  serve().catch(fail);
  return {
    stop: async () => {
      reader.disconnect();
      await commands.quit();
    },
  };
}

function fail(error: unknown): void {
  // At the end the reader's connection is cut while it waits.
  if (error instanceof Error && error.message === 'Connection is closed.') return;
  throw error;
}
