import path from 'node:path';

/** The three kinds of store, in the order in which they are shown. */
export const STORE_NAMES = ['postgres', 'redis', 'mongodb'] as const;

export type StoreName = (typeof STORE_NAMES)[number];

/** How each store is called on screen. */
export const STORE_TITLES: Record<StoreName, string> = {
  postgres: 'PostgreSQL',
  redis: 'Redis',
  mongodb: 'MongoDB',
};

/** The environment variable that names a store someone else runs. */
export const STORE_VARIABLES: Record<StoreName, string> = {
  postgres: 'DATABASE_URL',
  redis: 'REDIS_URL',
  mongodb: 'MONGODB_URL',
};

/**
 * One set of stores. Everyone who names the same profile of the same clone shares it; profiles of
 * other clones on the machine are strangers to it.
 */
export interface Profile {
  /** `dev`, `test`, or the name of a throw-away set. */
  readonly name: string;
  /** Absolute path of the clone. */
  readonly workspace: string;
  /** Keeps its data below `.data` on fixed ports; else free ports and a folder removed at the end. */
  readonly lasting: boolean;
}

/** The clone that this file belongs to. */
export const WORKSPACE = path.resolve(import.meta.dirname, '../..');

/** What a person works with: data stays in `.data`, ports stay the same. */
export function devProfile(workspace = WORKSPACE): Profile {
  return { name: 'dev', workspace, lasting: true };
}

/** What tests share: free ports and throw-away data, without fsync. */
export function testProfile(workspace = WORKSPACE): Profile {
  return { name: 'test', workspace, lasting: false };
}

/** A throw-away set of its own, such as a demonstration or a fault experiment needs. */
export function scratchProfile(name: string, workspace = WORKSPACE): Profile {
  return { name, workspace, lasting: false };
}

/** Where the supervisor of a profile keeps its lock, its ledger and the stores' logs. */
export function profileFolder(profile: Profile): string {
  return profile.lasting
    ? path.join(profile.workspace, '.data/stores')
    : path.join(profile.workspace, '.cache', `stores-${profile.name}`);
}
