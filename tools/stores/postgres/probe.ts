import pg from 'pg';

const TIMEOUT_MS = 2_000;

/** Asks a PostgreSQL server for its version. @throws when it does not answer within two seconds. */
export async function probePostgres(url: string): Promise<{ version: string; major: number }> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ version: string; number: string }>(
      `SELECT current_setting('server_version') AS version,
              current_setting('server_version_num') AS number`,
    );
    const [row] = rows;
    if (!row) throw new Error('The server gave no version.');
    // "18.4 (Debian 18.4-1)" is 18.4 to a reader.
    const [version] = row.version.split(' ');
    return { version: `PostgreSQL ${version}`, major: Math.floor(Number(row.number) / 10_000) };
  });
}

/** Creates the database unless it is there. */
export async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  });
}

/**
 * Lets statements be looked at, for `npm run doctor -- postgres`. They are counted for the whole
 * server: the platform's own database stays as its migrations make it.
 */
export async function ensureStatementStatistics(adminUrl: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: 10 * TIMEOUT_MS,
  });
  // The server may go away between two calls; the next call says so.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    // Ending a connection that was never made waits for nobody.
    await Promise.race([client.end().catch(() => undefined), after(TIMEOUT_MS)]);
  }
}

async function after(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms).unref());
}
