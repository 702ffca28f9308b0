import type { Pool, QueryConfig, QueryResult, QueryResultRow } from 'pg';

/** How much longer than the server we wait, so that normally the server is who ends a statement. */
const ANSWER_GRACE_MS = 1_000;

/** pg takes it with each query; its types do not tell. */
type DeadlinedQuery = QueryConfig & { readonly query_timeout: number };

/** A connection of a session of its own, whose statements may take longer than those of a request. */
export interface PatientConnection {
  query<Row extends QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>;
}

/**
 * Does a work for which the pool's own deadlines, those of a request, are too short. What it sets in
 * its session ends with it.
 * @param patience `timeoutMs`: of one statement; `signal`: ends the connection, and so the statement
 * that is at work
 * @throws the reason of the signal, if that is aborted before
 */
export async function onPatientConnection<T>(
  pool: Pool,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  work: (connection: PatientConnection) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  // A connection that breaks raises an event as well, which without a listener ends the process.
  client.on('error', () => undefined);
  const query = async <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => {
    const statement: DeadlinedQuery = {
      text,
      ...(values && { values: [...values] }),
      query_timeout: timeoutMs + ANSWER_GRACE_MS,
    };
    return client.query<Row>(statement);
  };
  const stop = () => void client.end();
  signal?.addEventListener('abort', stop);
  try {
    signal?.throwIfAborted();
    await query(`SET statement_timeout = ${timeoutMs}`);
    return await work({ query });
  } finally {
    signal?.removeEventListener('abort', stop);
    client.release(true);
  }
}
