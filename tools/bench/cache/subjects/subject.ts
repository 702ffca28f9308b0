/** What is cached: as a service would have it, about 300 bytes as JSON. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly profile: { readonly bio: string; readonly age: number };
}

/** Which layers are there. */
export type Layers = 'memory' | 'redis' | 'both';

export interface SubjectInput {
  readonly layers: Layers;
  readonly redisUrl: string;
  /** Starts the names of all that it keeps in Redis. */
  readonly prefix: string;
}

/** Longer than any case takes, memory included: nothing may run out of time while it is measured. */
export const TTL_MS = 3_600_000;
/** As many as memory holds; the mixed case has ten times as many keys. */
export const MEMORY_ENTRIES = 10_000;

/** A cache as all that are measured can be used. */
export interface Subject {
  getOrSet(key: string, load: () => Promise<Account> | Account): Promise<Account>;
  /** Synchronous, from memory. */
  peek?(key: string): Account | undefined;
  set(key: string, account: Account): Promise<unknown>;
  /** With a tag, as fast as it can. */
  setTagged?(accounts: ReadonlyMap<string, Account>, tag: string): Promise<unknown>;
  get?(key: string): Promise<Account | undefined>;
  deleteByTag?(tag: string): Promise<unknown>;
  close(): Promise<unknown>;
}

export type OpenSubject = (input: SubjectInput) => Promise<Subject>;

export function accountOf(id: string): Account {
  return {
    id,
    name: 'Ada Lovelace',
    roles: ['reader', 'writer'],
    profile: { bio: 'x'.repeat(200), age: 36 },
  };
}
