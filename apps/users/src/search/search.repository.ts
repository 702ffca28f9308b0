import { readFileSync } from 'node:fs';

import { Injectable } from '@nestjs/common';
import { defineList, type Positioned, selectPage, type Slice } from '@trilith/pagination';
import type { PoolClient } from 'pg';

import { ReplicaReads } from '../database/replica-reads.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const SETTINGS = sql('search-settings');

/** The best first. */
export const FOUND = defineList('accounts:search', { score: 'desc', id: 'desc' });

/** From so many characters on, parts of three letters tell one name from another. */
const TRIGRAM = 3;

const readBy = (name: string) => ({
  select: {
    id: 'found.id',
    username: 'found.username',
    displayName: 'found.display_name',
    bio: 'found.bio',
    avatarUrl: 'found.avatar_url',
    version: 'found.version',
    createdAt: 'found.created_at',
  },
  from: sql(name),
  keys: {
    score: { sql: 'found.score', type: 'numeric' },
    id: { sql: 'found.id', type: 'uuid' },
  },
});
const BY_WORDS = readBy('found-accounts');
const BY_BEGINNING = readBy('prefixed-accounts');

/** An account that was found: of what is stored, what everybody may see. */
export interface FoundRow {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly bio: string | null;
  readonly avatarUrl: string | null;
  readonly version: number;
  readonly createdAt: Date;
}

/** Finds accounts by words. The answer may lag. */
@Injectable()
export class SearchRepository {
  constructor(private readonly reads: ReplicaReads) {}

  /** A part of {@link FOUND}. */
  page(query: string, slice: Slice): Promise<Positioned<FoundRow>[]> {
    const by = Array.from(query).length < TRIGRAM ? BY_BEGINNING : BY_WORDS;
    const { text, values } = selectPage(by, slice, [query]);
    return this.reads.using(async (pool) => {
      const client = await pool.connect();
      return withSettings(client, async () => {
        const { rows } = await client.query<Positioned<FoundRow>>(text, values);
        return rows;
      });
    });
  }
}

/** Gives the connection back, or throws it away where its transaction could not be ended. */
async function withSettings<T>(client: PoolClient, search: () => Promise<T>): Promise<T> {
  let isBroken = true;
  try {
    await client.query(SETTINGS);
    const found = await search();
    await client.query('COMMIT');
    isBroken = false;
    return found;
  } finally {
    client.release(isBroken);
  }
}
