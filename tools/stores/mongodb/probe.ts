import { MongoClient } from 'mongodb';

const TIMEOUT_MS = 2_000;

/** Of a server started here. Direct: its replica set may know it by another address. */
export const directUrl = (port: number) =>
  `mongodb://127.0.0.1:${port}/trilith?directConnection=true`;

export interface MongoAnswer {
  /** Of the protocol: what SecantusDB says it is compatible with. */
  readonly version: string;
  readonly major: number;
  /** Transactions and change streams need a replica set, were it of a single node. */
  readonly replicaSet: boolean;
}

/** Asks a MongoDB-like server what it is. @throws when it does not answer within two seconds. */
export async function probeMongo(url: string): Promise<MongoAnswer> {
  return withClient(url, async (client) => {
    const admin = client.db('admin');
    const hello = await admin.command({ hello: 1 });
    const { version } = (await admin.command({ buildInfo: 1 })) as unknown as { version: string };
    return {
      version: `MongoDB ${version}`,
      major: Number.parseInt(version, 10),
      replicaSet: hello['setName'] !== undefined || hello['msg'] === 'isdbgrid',
    };
  });
}

/** Writes and reads back with a majority: a server that has no primary yet refuses. */
export async function proveWritable(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const collection = client.db('trilith_stores').collection('ready');
    const writeConcern = { w: 'majority', wtimeoutMS: TIMEOUT_MS } as const;
    await collection.insertOne({ at: new Date() }, { writeConcern });
    await collection.deleteMany({}, { writeConcern });
  });
}

/** Does something with a connection of its own, with a deadline for each step. */
export async function withClient<T>(
  url: string,
  work: (client: MongoClient) => Promise<T>,
): Promise<T> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: TIMEOUT_MS,
    connectTimeoutMS: TIMEOUT_MS,
    socketTimeoutMS: 5 * TIMEOUT_MS,
    maxPoolSize: 1,
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
