import type { MongoClient } from 'mongodb';
import { MigrationOptionsError } from '../migrations.errors.js';
import { durations } from '../migrator.options.js';

/** Where the database is: a URL, or a client that the application has anyway. */
export type MongoTarget =
  | {
      /** `mongodb://user:password@host:27017/database?…`; names the database. */
      readonly url: string;
    }
  | {
      /** Not closed by `close()`. */
      readonly client: MongoClient;
      /** Name of the database to migrate. */
      readonly database: string;
    }
  | {
      /** Mongoose's, open: its client and its database are used. Not closed by `close()`. */
      readonly connection: MongooseConnection;
    };

/** What is needed of a Mongoose `Connection`, whatever its version. */
export interface MongooseConnection {
  /** Of its database. */
  readonly name: string;
  getClient(): MongoClient;
}

/** Options of `mongoMigrationStore`. */
export type MongoStoreOptions = MongoTarget & {
  /** Longest time, in ms, to find and reach the server. Default: 5,000. */
  readonly connectTimeoutMs?: number;
  /** Longest time, in ms, for reading the ledger and the like. Default: 10,000. */
  readonly commandTimeoutMs?: number;
  /**
   * How long, in ms, the lock of a runner that died stays closed to others. While a migration runs
   * it is renewed five times as often. Default: 15,000.
   */
  readonly leaseMs?: number;
  /** Longest time, in ms, that one migration runs. Default: 3,600,000 (an hour). */
  readonly migrationTimeoutMs?: number;
};

const DEFAULTS = {
  connectTimeoutMs: 5_000,
  commandTimeoutMs: 10_000,
  leaseMs: 15_000,
  migrationTimeoutMs: 3_600_000,
};

/** Timeouts with their defaults. */
export type MongoTimeouts = Readonly<typeof DEFAULTS>;

/** @throws MigrationOptionsError */
export function resolveTimeouts(options: MongoStoreOptions): MongoTimeouts {
  return durations(DEFAULTS, options);
}

// Not URL: a replica set's URL lists several hosts.
const MONGO_URL = /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?(?<hosts>[^/?@]+)\/(?<database>[^/?]+)/;

/** @throws MigrationOptionsError that does not repeat the value, which may hold a password */
export function parseMongoUrl(url: string): { address: string; database: string } {
  const groups = MONGO_URL.exec(url)?.groups;
  if (groups?.hosts && groups.database) {
    const database = decodeURIComponent(groups.database);
    return { address: `${groups.hosts}/${database}`, database };
  }
  throw new MigrationOptionsError(
    'not a MongoDB URL with a database; takes mongodb://user:password@host:27017/database',
  );
}

/**
 * The same servers' address with another database. The credentials stay those of the database that
 * the URL named, which MongoDB asks for them when it is told no other.
 */
export function replaceDatabase(url: string, database: string): string {
  const authSource = parseMongoUrl(url).database;
  const [, servers = '', options = ''] = /^([^?]*\/)[^/?]+(?:\?(.*))?$/.exec(url) ?? [];
  const hasUser = servers.includes('@');
  const isNamed = !hasUser || /(?:^|&)authSource=/i.test(options);
  const all = [options, isNamed ? '' : `authSource=${encodeURIComponent(authSource)}`];
  const query = all.filter((each) => each !== '').join('&');
  return `${servers}${database}${query === '' ? '' : `?${query}`}`;
}
