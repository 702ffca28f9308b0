import type { Db, MongoClient } from 'mongodb';
import {
  MigrationError,
  MigrationOptionsError,
  StoreFailedError,
  StoreUnreachableError,
} from '../migrations.errors.js';
import { codeOf, reasonOf } from '../store-failure.js';
import {
  parseMongoUrl,
  replaceDatabase,
  type MongooseConnection,
  type MongoTarget,
} from './mongo.options.js';

/** The errors of a driver that found no server or was turned away, and of a server that said nothing. */
const UNREACHABLE = new Set([
  'MongoServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoTopologyClosedError',
  'NoAnswerError',
]);
const AUTHENTICATION_FAILED = 18;

/** One database, connected to when first needed. */
export class MongoConnection {
  /** Hosts and database. */
  readonly address: string;
  private readonly database: string;
  private readonly url: string | undefined;
  private readonly givenClient: MongoClient | undefined;
  private ownClient: Promise<MongoClient> | undefined;

  constructor(
    target: MongoTarget,
    private readonly connectTimeoutMs: number,
  ) {
    if (!('url' in target)) {
      const given = 'client' in target ? target : ofMongoose(target.connection);
      this.givenClient = given.client;
      this.database = given.database;
      this.address = `database ${this.database} of the given client`;
    } else {
      this.url = target.url;
      ({ address: this.address, database: this.database } = parseMongoUrl(target.url));
    }
  }

  /**
   * Runs what is not a migration; whatever goes wrong there is the store's.
   * @throws StoreUnreachableError, StoreFailedError
   */
  async asking<T>(work: (db: Db) => Promise<T>): Promise<T> {
    try {
      return await work(await this.db());
    } catch (cause) {
      if (cause instanceof MigrationError) throw cause;
      const Failure = isUnreachable(cause) ? StoreUnreachableError : StoreFailedError;
      throw new Failure('mongo', this.address, reasonOf(cause), { cause });
    }
  }

  async db(): Promise<Db> {
    return (await this.client()).db(this.database);
  }

  async client(): Promise<MongoClient> {
    return this.givenClient ?? (this.ownClient ??= this.openClient(this.url ?? ''));
  }

  /** A connection to another database of the same servers. */
  toDatabase(database: string): MongoConnection {
    const target =
      this.givenClient === undefined
        ? { url: replaceDatabase(this.url ?? '', database) }
        : { client: this.givenClient, database };
    return new MongoConnection(target, this.connectTimeoutMs);
  }

  /** Closes the client that was opened here; one that was given stays open. */
  async close(): Promise<void> {
    const client = await this.ownClient;
    this.ownClient = undefined;
    await client?.close();
  }

  /** Loaded here, so that whoever migrates another store need not install `mongodb`. */
  private async openClient(url: string): Promise<MongoClient> {
    const { MongoClient } = await import('mongodb');
    return new MongoClient(url, {
      appName: 'trilith-migrations',
      serverSelectionTimeoutMS: this.connectTimeoutMs,
      connectTimeoutMS: this.connectTimeoutMs,
      maxPoolSize: 10,
    });
  }
}

function ofMongoose(connection: MongooseConnection) {
  if (connection.name) return { client: connection.getClient(), database: connection.name };
  throw new MigrationOptionsError('connection: takes a Mongoose connection that is open');
}

function isUnreachable(error: unknown): boolean {
  if (codeOf(error) === AUTHENTICATION_FAILED) return true;
  return error instanceof Error && UNREACHABLE.has(error.name);
}
