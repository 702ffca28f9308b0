import { Logger, makeWorkerUtils, run, type Runner } from 'graphile-worker';
import { Redis } from 'ioredis';
import pg from 'pg';
import { WrongResultError } from '../../frame/benchmark.ts';
import type { Part } from '../../frame/process-host.ts';
import { type DrainInput, drainRate, payloadOf, type RoundInput, TOPIC } from './drain.ts';

export interface GraphileInput extends DrainInput {
  /** Whether each job adds an entry to a stream, or does nothing at all. */
  readonly publishes: boolean;
}

/** As its manual says for many quick jobs: fetched and completed many at a time. */
const BATCHED = {
  worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 },
};
const CONCURRENCY = 24;
const ADDED_TOGETHER = 500;
const SILENT = new Logger(() => () => undefined);

export default async function start(input: GraphileInput): Promise<Part> {
  const pgPool = new pg.Pool({ connectionString: input.databaseUrl, max: 10 });
  const ignore = () => undefined;
  // It asks for these; what fails fails the round.
  pgPool.on('error', ignore).on('connect', (client) => client.on('error', ignore));
  const redis = new Redis(input.redisUrl, { enableAutoPipelining: true });
  const stream = `${input.prefix}:graphile`;
  const utils = await makeWorkerUtils({ pgPool, logger: SILENT });
  await utils.migrate();
  const seen = new Set<number>();

  const fill = async (count: number) => {
    for (let from = 0; from < count; from += ADDED_TOGETHER) {
      await utils.addJobs(
        Array.from({ length: ADDED_TOGETHER }, (_, index) => ({
          identifier: TOPIC,
          payload: payloadOf(from + index),
        })),
      );
    }
  };
  const task = async (payload: unknown) => {
    const { number } = payload as ReturnType<typeof payloadOf>;
    if (input.publishes) {
      const fields = ['topic', TOPIC, 'payload', JSON.stringify(payload)] as const;
      await redis.xadd(stream, '*', ...fields);
    }
    seen.add(number);
  };
  const isOver = async () => {
    const jobs = await pgPool.query('SELECT FROM graphile_worker._private_jobs LIMIT 1');
    return jobs.rowCount === 0;
  };
  const drain = async (count: number) => {
    const runner: Runner = await run({
      pgPool,
      logger: SILENT,
      concurrency: CONCURRENCY,
      noHandleSignals: true,
      taskList: { [TOPIC]: task },
      preset: BATCHED,
    });
    const rate = await drainRate(count, { done: async () => seen.size, isOver });
    await runner.stop();
    const there = input.publishes ? await redis.xlen(stream) : seen.size;
    if (there !== count) throw new WrongResultError(`${there} of ${count} jobs were done`);
    return rate;
  };
  return {
    round: async ({ count }: RoundInput) => {
      seen.clear();
      await redis.unlink(stream);
      await fill(count);
      return drain(count);
    },
    stop: async () => {
      await utils.release();
      redis.disconnect();
      await pgPool.end();
    },
  };
}
