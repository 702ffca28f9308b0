import type { BenchCase } from '../../frame/benchmark.ts';
import { ContestantProcess } from '../../frame/contestant-process.ts';
import { type DelayInput, medianDelay, type Times } from './delay.ts';

const COUNT = 100;

/** How long after its commit an event reaches its handler in another process. */
export function commitToHandler(input: DelayInput): BenchCase {
  const own = (files: string) => ({ ...input, prefix: `${input.prefix}:delay:${files}` });
  return {
    title: 'delay from commit to handler, p50',
    unit: 'ms',
    better: 'lower',
    ours: { name: 'Trilith', start: async () => startPair('trilith', own('trilith')) },
    peers: [
      {
        name: 'bare LISTEN/NOTIFY, XADD, XREADGROUP',
        target: 1 / 3,
        start: async () => startPair('floor', own('floor')),
        differs:
          'the notification carries the event: no row is written, read or marked, nothing is ' +
          'locked, and what is notified while nobody listens is lost',
      },
    ],
  };
}

async function startPair(files: string, input: DelayInput) {
  const start = async (part: string) =>
    ContestantProcess.start(new URL(`${files}-${part}.process.ts`, import.meta.url), input);
  const handler = await start('handler');
  const committer = await start('committer').catch(async (error: unknown) => {
    await handler.stop();
    throw error;
  });
  let from = 0;
  return {
    round: async () => {
      const committed = await committer.call<Times>('commit', { from, count: COUNT });
      const handled = await handler.call<Times>('take', { count: COUNT });
      from += COUNT;
      return medianDelay(committed, handled);
    },
    stop: async () => {
      await committer.stop();
      await handler.stop();
    },
  };
}
