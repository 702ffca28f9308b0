import { isIP } from 'node:net';
import pg from 'pg';
import { Failure } from '../../terminal/failure.ts';
import { SEEDED_EMAILS, withClient } from './database.ts';

/** So many accounts somebody may have made by hand while trying things out. */
const MOST_OF_OTHERS = 1_000;

/**
 * Refuses a database that is not for development: one on another machine, or one that holds more
 * accounts than a person makes while trying things out. Whoever names it is believed.
 *
 * @throws Failure
 */
export async function requireDevelopment(url: string, told: string | undefined): Promise<void> {
  const { host, database } = new pg.Client({ connectionString: url });
  if (told !== undefined) {
    if (told === database) return;
    throw new Failure(
      `--into names ${told}, and DATABASE_URL leads to ${database}: nothing is done.`,
    );
  }
  const reason = isThisMachine(host) ? await othersIn(url) : `it is on another machine, ${host}`;
  if (reason === undefined) return;
  throw new Failure(
    `The database ${database} does not look like one for development: ${reason}.\n` +
      `If it is one all the same, say so by "--into ${database} --password <a secret>".`,
  );
}

function isThisMachine(host: string): boolean {
  const isLoopback = host.startsWith('127.') && isIP(host) === 4;
  // A folder is that of a socket.
  return isLoopback || host === 'localhost' || host === '::1' || host.startsWith('/');
}

async function othersIn(url: string): Promise<string | undefined> {
  return withClient(url, async (client) => {
    const { rows: tables } = await client.query<{ there: boolean }>(
      `SELECT to_regclass('accounts') IS NOT NULL AS there`,
    );
    if (!tables[0]?.there) return undefined;
    const { rowCount } = await client.query(
      `SELECT FROM accounts WHERE email !~ $1 LIMIT ${MOST_OF_OTHERS + 1}`,
      [SEEDED_EMAILS],
    );
    if ((rowCount ?? 0) <= MOST_OF_OTHERS) return undefined;
    return `it holds more than ${MOST_OF_OTHERS} accounts that were not seeded`;
  });
}
