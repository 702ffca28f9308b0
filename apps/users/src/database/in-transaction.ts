import type { Pool, PoolClient } from 'pg';

/**
 * Runs the work in a transaction on a connection of its own. For what TypeORM cannot do, such as COPY;
 * everything else takes the transaction of the request.
 *
 * @throws what the work throws: then nothing of it is stored
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  // A connection that breaks raises an event as well, which without a listener ends the process.
  const ignore = () => undefined;
  client.on('error', ignore);
  let broken: unknown;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: unknown) => (broken = failure));
    throw error;
  } finally {
    client.off('error', ignore);
    // One that could not even roll back serves nobody else.
    client.release(broken !== undefined);
  }
}
