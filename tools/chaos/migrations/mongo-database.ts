import { randomUUID } from 'node:crypto';
import { type Db, MongoClient } from 'mongodb';
import type { ChaosDatabase, Counted, LedgerLine } from './chaos-database.ts';

interface LedgerDocument {
  _id: number;
  state: string;
  checksum: string;
}

/** A database on the experiments' MongoDB. Migrations write into its collection `effects`. */
export class MongoDatabase implements ChaosDatabase {
  readonly store = 'mongo';
  readonly url: string;
  readonly #client: MongoClient;

  constructor(server: string) {
    const url = new URL(server);
    url.pathname = `/chaos_${randomUUID().replaceAll('-', '')}`;
    this.url = url.href;
    this.#client = new MongoClient(this.url);
  }

  get db(): Db {
    return this.#client.db();
  }

  async count(): Promise<Counted> {
    const effects = await this.db.collection<{ version: number }>('effects').find().toArray();
    const byVersion = Map.groupBy(effects, ({ version }) => version);
    const entries = await this.db
      .collection<LedgerDocument>('schema_migrations')
      .find()
      .sort({ _id: 1 })
      .toArray();
    return {
      effects: new Map([...byVersion].map(([version, all]) => [version, all.length])),
      ledger: entries.map(({ _id: version, state, checksum }): LedgerLine => {
        return { version, state, checksum };
      }),
    };
  }

  async invalidIndexes(): Promise<number> {
    return Promise.resolve(0);
  }

  /** Whether a migration waits at the gate, see `killed-steps.mongo.ts`. */
  async someoneWaits(): Promise<boolean> {
    return (await this.db.collection('arrivals').countDocuments()) > 0;
  }

  async openGate(): Promise<void> {
    await this.db.collection('gate').insertOne({});
  }

  async drop(): Promise<void> {
    await this.db.dropDatabase();
    await this.#client.close();
  }
}
