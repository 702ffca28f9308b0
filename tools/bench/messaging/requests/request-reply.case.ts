import type { BenchCase, Contestant } from '../../frame/benchmark.ts';
import { ContestantProcess } from '../../frame/contestant-process.ts';
import type { RequestInput, RoundInput } from './request.ts';

const FOR_MS = 1_000;
/** Until the code of client and server is compiled: few requests at a time would take minutes. */
const WARM_UP: RoundInput = { inFlight: 64, forMs: 5_000 };
const LEVELS = [
  { inFlight: 1, target: 2 },
  { inFlight: 64, target: 2 },
  { inFlight: 256, target: undefined },
] as const;

/** Requests that are answered with what they carry: one process asks, one answers. */
export function requestReply({ redisUrl, prefix }: RequestInput): BenchCase[] {
  return LEVELS.map(({ inFlight, target }) => {
    const contestant = (name: string, files: string): Contestant => ({
      name,
      start: async () => {
        const input = { redisUrl, prefix: `${prefix}:requests:${files}:${inFlight}` };
        return startPair(files, input, { inFlight, forMs: FOR_MS });
      },
    });
    return {
      title: `request/reply, ${inFlight} in flight`,
      unit: 'requests/s',
      better: 'higher',
      ours: contestant('Trilith', 'trilith'),
      peers: [
        {
          ...contestant("Nest's Redis transport", 'nest'),
          target,
          differs:
            'publishes and forgets: every replica answers, no deadline, no bound on what waits, ' +
            'nothing written to the log on disk; subscribes anew whenever nothing else is in flight',
        },
        {
          ...contestant('bare Streams', 'floor'),
          differs:
            'XADD, XREADGROUP BLOCK, PUBLISH, XACK and XDEL through ioredis with auto-pipelining, ' +
            'without Nest: no headers, deadlines, bound, recovery, pipes or errors',
        },
      ],
    };
  });
}

async function startPair(files: string, input: RequestInput, round: RoundInput) {
  const server = await ContestantProcess.start(module(`${files}-server`), input);
  const client = await ContestantProcess.start(module(`${files}-client`), input).catch(
    async (error: unknown) => {
      await server.stop();
      throw error;
    },
  );
  const stop = async () => {
    await client.stop();
    await server.stop();
  };
  try {
    await client.call('round', WARM_UP);
  } catch (error) {
    await stop();
    throw error;
  }
  return { round: async () => client.call<number>('round', round), stop };
}

function module(name: string): URL {
  return new URL(`${name}.process.ts`, import.meta.url);
}
