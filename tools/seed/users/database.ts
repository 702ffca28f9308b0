import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import pg from 'pg';
import copy from 'pg-copy-streams';

/** Seeded accounts are told from others by their address (RFC 2606 keeps `.example` for that). */
export const SEEDED_EMAILS = '@seed-[0-9]+\\.example$';

/** Runs the work on a connection of its own. */
export async function withClient<T>(
  connectionString: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: 10_000,
    application_name: 'trilith-seed',
  });
  // A connection that breaks fails the query that is under way, too.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** All of it, or nothing. */
export async function inTransaction(
  client: pg.Client,
  work: () => Promise<unknown>,
): Promise<void> {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Rows in COPY's text format. @param target a table with its columns: `accounts (id, email)` */
export async function copyRows(client: pg.Client, target: string, text: string): Promise<void> {
  const rows = Readable.from([Buffer.from(text)]);
  await pipeline(rows, client.query(copy.from(`COPY ${target} FROM STDIN`)));
}

/** A line of COPY's text format. */
export function copyLine(values: readonly (string | null)[]): string {
  return `${values.map(copyValue).join('\t')}\n`;
}

const SPECIAL = /[\\\t\n\r]/g;
const ESCAPED: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyValue(value: string | null): string {
  if (value === null) return '\\N';
  return value.replaceAll(SPECIAL, (character) => ESCAPED[character] ?? '\\\\');
}
