import { Redis } from 'ioredis';
import type { Part } from '../../frame/process-host.ts';
import { floorStream } from '../events/floor-stream.ts';
import { type DelayInput, HandledTimes, type Payload } from './delay.ts';

type Reply = readonly [stream: string, entries: readonly [id: string, fields: string[]][]][] | null;

const GROUP = 'subscribing';

/** Reads what is new and acknowledges it. */
export default async function start({ redisUrl, prefix }: DelayInput): Promise<Part> {
  const stream = floorStream(prefix);
  const reader = new Redis(redisUrl);
  const commands = new Redis(redisUrl);
  const handled = new HandledTimes();
  const stopping = new AbortController();
  await commands.xgroup('CREATE', stream, GROUP, '0', 'MKSTREAM');
  const read = [
    'GROUP',
    GROUP,
    'one',
    'COUNT',
    100,
    'BLOCK',
    1_000,
    'STREAMS',
    stream,
    '>',
  ] as const;
  const serve = async () => {
    while (!stopping.signal.aborted) {
      const reply = (await reader.call('XREADGROUP', ...read)) as Reply;
      for (const [id, fields] of reply?.[0]?.[1] ?? []) {
        handled.add(JSON.parse(fields[1] ?? '') as Payload);
        await commands.xack(stream, GROUP, id);
      }
    }
  };
  const serving = serve();
  return {
    take: async (round: { count: number }) => handled.take(round),
    stop: async () => {
      stopping.abort();
      await serving;
      reader.disconnect();
      commands.disconnect();
    },
  };
}
