import { hash } from '@node-rs/argon2';
import type { Random } from '../../chaos/random.ts';
import { Draws } from '../draws.ts';
import { People, type Person } from '../people/people.ts';
import type { ChunkedRows } from './chunks.ts';
import { copyLine, copyRows } from './database.ts';

const MINUTE_MS = 60_000;

/** What accounts are made from. */
export interface AccountsInput {
  readonly count: number;
  readonly seed: number;
  readonly until: Date;
  readonly password: string;
}

/** Accounts with their profiles. All of them have one password: hashing a million would take days. */
export async function seededAccounts(input: AccountsInput): Promise<ChunkedRows> {
  const { count, seed, until } = input;
  const people = new People(input);
  const draws = new Draws(seed, 'accounts');
  const passwordHash = await hashOf(input);
  return {
    what: 'accounts',
    count,
    there: async (client, numbers) => {
      const ids = numbers.map((number) => people.keyOf(number).id);
      const { rows } = await client.query<{ place: string }>(
        `SELECT place - 1 AS place FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place)
          WHERE EXISTS (SELECT FROM accounts WHERE accounts.id = wanted.id)`,
        [ids],
      );
      return new Set(rows.map(({ place }) => numbers[Number(place)] ?? -1));
    },
    write: async (client, numbers) => {
      let accounts = '';
      let profiles = '';
      for (const number of numbers) {
        const person = people.at(number);
        const random = draws.at(number);
        accounts += accountLine(person, { number, seed, until, passwordHash, random });
        profiles += profileLine(person, random);
      }
      await copyRows(client, ACCOUNTS, accounts);
      await copyRows(client, PROFILES, profiles);
    },
  };
}

const ACCOUNTS =
  'accounts (id, email, username, password_hash, role, created_at, updated_at, email_verified_at, ' +
  'last_signed_in_at)';
const PROFILES = 'profiles (account_id, display_name, avatar_url, bio, preferences, metadata)';

interface AccountFacts {
  readonly number: number;
  readonly seed: number;
  readonly until: Date;
  readonly passwordHash: string;
  readonly random: Random;
}

function accountLine(
  { id, username, createdAt }: Person,
  { number, seed, until, passwordHash, random }: AccountFacts,
): string {
  const created = new Date(createdAt).toISOString();
  const verified = new Date(createdAt + (1 + random.next() * 600) * MINUTE_MS).toISOString();
  const isVerified = number < 2 || random.next() < 0.85;
  const lastSeen = new Date(
    createdAt + random.next() * (until.getTime() - createdAt),
  ).toISOString();
  return copyLine([
    id,
    emailOf(username, seed),
    username,
    passwordHash,
    number === 0 ? 'admin' : 'member',
    created,
    created,
    isVerified ? verified : null,
    random.next() < 0.8 ? lastSeen : null,
  ]);
}

/** As `SEEDED_EMAILS` knows them. */
export function emailOf(username: string, seed: number): string {
  return `${username}@seed-${seed}.example`;
}

function profileLine({ id, displayName, avatarUrl, language }: Person, random: Random): string {
  const preferences =
    random.next() < 0.5 ? {} : { theme: random.pick(['light', 'dark', 'system']), language };
  const metadata = random.next() < 0.8 ? {} : { source: random.pick(SOURCES) };
  const bio = random.next() < 0.4 ? bioOf(random) : null;
  return copyLine([
    id,
    displayName,
    avatarUrl,
    bio,
    JSON.stringify(preferences),
    JSON.stringify(metadata),
  ]);
}

const SOURCES = ['invitation', 'search', 'conference', 'friend'];
const INTERESTS =
  `gardening|cycling|baking bread|chess|astronomy|sewing|the viola|pottery|birdwatching|origami
  |café crèmes|escalade|Wanderungen|fotografía|música|natação|književnost|садоводство|кулинария
  |μουσική|القراءة|संगीत|登山|読書|사진`.split(/\s*\|/);

function bioOf(random: Random): string {
  const [first, second] = [random.pick(INTERESTS), random.pick(INTERESTS)];
  return random.pick([
    `${first} & ${second}`,
    `Mostly ${first}, sometimes ${second}.`,
    `I write about ${first}.\nAsk me about ${second}!`,
    `${first}, ${second}, and much tea`,
  ]);
}

/** With the parameters of the users service, and a salt that follows from the seed. */
async function hashOf({ password, seed }: AccountsInput): Promise<string> {
  const random = new Draws(seed, 'salt').at(0);
  const salt = Uint8Array.from({ length: 16 }, () => Math.floor(random.next() * 256));
  return hash(password.normalize('NFKC'), {
    memoryCost: 19 * 1024,
    timeCost: 2,
    parallelism: 1,
    salt,
  });
}
