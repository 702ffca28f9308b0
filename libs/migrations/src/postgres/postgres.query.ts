import type { ClientBase, QueryResult, QueryResultRow } from 'pg';

/** Runs statements with a deadline of the client's and returns the rows of the first that has any. */
export async function query<Row extends QueryResultRow>(
  client: Pick<ClientBase, 'query'>,
  text: string,
  timeoutMs: number,
): Promise<Row[]> {
  const config = { text, query_timeout: timeoutMs };
  // Several statements in one text give several results, which the driver's types do not tell.
  const results = (await client.query<Row>(config)) as QueryResult<Row> | QueryResult<Row>[];
  return [results].flat().find((result) => result.rows.length > 0)?.rows ?? [];
}
