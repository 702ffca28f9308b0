import type { BenchCase } from '../../frame/benchmark.ts';
import { ContestantProcess } from '../../frame/contestant-process.ts';
import type { DrainInput, RoundInput } from './drain.ts';
import type { GraphileInput } from './graphile-worker.process.ts';

const COUNT = 5_000;

/** Rows that wait in PostgreSQL become entries of a stream. */
export function outboxDrain(input: DrainInput): BenchCase {
  const own = { ...input, prefix: `${input.prefix}:outbox` };
  const graphile = (publishes: boolean): GraphileInput => ({ ...own, publishes });
  return {
    title: 'drain an outbox, PostgreSQL to stream',
    unit: 'events/s',
    better: 'higher',
    ours: { name: 'Trilith', start: async () => startOne('trilith-relay', own) },
    peers: [
      {
        name: 'graphile-worker, batched, jobs that do nothing',
        target: 1,
        start: async () => startOne('graphile-worker', graphile(false)),
        differs:
          'locks each job, removes it when done and knows retries; its jobs publish nothing here, ' +
          'which spares it all that Redis does. Ours publishes in order per key and keeps each row',
      },
      {
        name: 'graphile-worker, batched, jobs that XADD',
        start: async () => startOne('graphile-worker', graphile(true)),
        differs: 'the same, and each job adds an entry to a stream, in no particular order',
      },
    ],
  };
}

async function startOne(file: string, input: DrainInput | GraphileInput) {
  const module = new URL(`${file}.process.ts`, import.meta.url);
  const part = await ContestantProcess.start(module, input);
  const round: RoundInput = { count: COUNT };
  return {
    round: async () => part.call<number>('round', round),
    stop: async () => part.stop(),
  };
}
