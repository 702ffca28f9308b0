import { verify } from '@node-rs/argon2';
import type { Client } from 'pg';
import { Failure } from '../../terminal/failure.ts';
import type { Filled, Filler, FillContext, FillReport, SeededAccount } from '../filler.ts';
import { KNOWN_USERNAMES, SPAN_DAYS } from '../people/people.ts';
import { emailOf, seededAccounts } from './accounts.ts';
import { seededActivity } from './activity.ts';
import { writeChunks } from './chunks.ts';
import { withClient } from './database.ts';
import { requireDevelopment } from './guard.ts';
import { makePartitions } from './partitions.ts';

const DAY_MS = 86_400_000;

/** Accounts, profiles and what they did, in PostgreSQL. */
export const users: Filler = {
  store: 'postgres',
  migrations: 'postgres',
  amounts: {
    users: 'accounts with their profiles; the first two are known by name',
    activity: 'events of what these accounts did, over eighteen months',
  },
  guard: requireDevelopment,
  run: fill,
};

async function fill(context: FillContext): Promise<FillReport> {
  const { url, amounts, seed } = context;
  const { activity = 0 } = amounts;
  const before = await withClient(url, async (client) => firstAccount(client));
  if (before !== undefined && before.email !== emailOf(KNOWN_USERNAMES[0], seed)) {
    throw new Failure(`The database was filled already with another seed (${before.email}).`);
  }
  const until = untilOf(context, before);
  // Activity is somebody's: without a number of accounts, of those that are there.
  const accounts = await accountsFor(context, before);
  const filled: Filled[] = [
    await writeChunks(await seededAccounts({ ...context, count: accounts, until }), context),
  ];
  if (activity > 0) {
    await withClient(url, async (client) => makePartitions(client, begin(until), until));
    const rows = seededActivity({ count: activity, accounts, seed, until });
    filled.push(await writeChunks(rows, context));
  }
  if (filled.some(({ added }) => added > 0)) filled.push(await tidyUp(context));
  return { filled, until, accounts: await knownAccounts(context) };
}

interface FirstAccount {
  readonly email: string;
  readonly created_at: Date;
}

/** What the run before began with: it tells the seed, and the time up to which there is data. */
async function firstAccount(client: Client): Promise<FirstAccount | undefined> {
  const { rows } = await client.query<FirstAccount>(
    'SELECT email, created_at FROM accounts WHERE username = $1',
    [KNOWN_USERNAMES[0]],
  );
  return rows[0];
}

function untilOf({ until }: FillContext, before: FirstAccount | undefined): Date {
  const today = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
  const known = before && new Date(before.created_at.getTime() + SPAN_DAYS * DAY_MS);
  if (known === undefined || until === undefined || known.getTime() === until.getTime()) {
    return known ?? until ?? today;
  }
  const shown = known.toISOString().slice(0, 10);
  throw new Failure(`What is there goes up to ${shown}: give no --until, or that one.`);
}

async function accountsFor(
  { url, amounts, seed }: FillContext,
  before: FirstAccount | undefined,
): Promise<number> {
  const { users: asked = 0 } = amounts;
  if (asked > 0) return Math.max(asked, KNOWN_USERNAMES.length);
  if (before === undefined) throw new Failure('There are no accounts yet: give --users as well.');
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM accounts WHERE email LIKE '%@seed-' || $1 || '.example'`,
      [String(seed)],
    );
    return rows[0]?.count ?? 0;
  });
}

function begin(until: Date): Date {
  return new Date(until.getTime() - SPAN_DAYS * DAY_MS);
}

/** Statistics for the planner, and the indexes' lists of what was added emptied into them. */
async function tidyUp({ url, progress }: FillContext): Promise<Filled> {
  const start = performance.now();
  progress.begin('VACUUM and ANALYZE', 1);
  await withClient(url, async (client) => {
    await client.query('VACUUM (ANALYZE) accounts, profiles, activity_events');
  });
  progress.end();
  const seconds = (performance.now() - start) / 1_000;
  return { what: 'vacuum and analyze', added: 0, there: 0, seconds };
}

async function knownAccounts({ url, password }: FillContext): Promise<SeededAccount[]> {
  const { rows } = await withClient(url, async (client) =>
    client.query<{ username: string; role: string; password_hash: string }>(
      'SELECT username, role, password_hash FROM accounts WHERE username = ANY($1) ORDER BY role',
      [KNOWN_USERNAMES],
    ),
  );
  return Promise.all(
    rows.map(async ({ username, role, password_hash: hash }) => {
      const isThis = await verify(hash, password.normalize('NFKC'));
      return { login: username, role, password: isThis ? password : undefined };
    }),
  );
}
