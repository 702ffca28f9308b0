import { Redis } from 'ioredis';
import pg from 'pg';
import type { Part } from '../../frame/process-host.ts';
import { commitEach, type CommitInput, type DelayInput } from './delay.ts';
import { floorStream } from '../events/floor-stream.ts';

const CHANNEL = 'bench_floor';

/** Commits a notification that carries the event, and adds what it hears to the stream. */
export default async function start(input: DelayInput): Promise<Part> {
  const pool = new pg.Pool({ connectionString: input.databaseUrl });
  const listener = new pg.Client({ connectionString: input.databaseUrl });
  const redis = new Redis(input.redisUrl);
  await listener.connect();
  await listener.query(`LISTEN ${CHANNEL}`);
  listener.on('notification', ({ payload = '' }) => {
    void redis.xadd(floorStream(input.prefix), '*', 'payload', payload);
  });
  return {
    commit: async (round: CommitInput) =>
      commitEach(round, async (payload, beforeCommit) => {
        const client = await pool.connect();
        await client.query('BEGIN');
        await client.query('SELECT pg_notify($1, $2)', [CHANNEL, JSON.stringify(payload)]);
        beforeCommit();
        await client.query('COMMIT');
        client.release();
      }),
    stop: async () => {
      await listener.end();
      await pool.end();
      redis.disconnect();
    },
  };
}
