import { type Document, MongoServerError } from 'mongodb';
import { withClient } from './probe.ts';

/** The name that `mongod` must be started with. */
export const REPLICA_SET = 'trilith';

/**
 * Makes the server the only member of its replica set, at the port that it has now: a set whose
 * member moved to another port would wait for that member for ever.
 */
export async function ensureReplicaSet(directUrl: string, port: number): Promise<void> {
  const members = [{ _id: 0, host: `127.0.0.1:${port}` }];
  await withClient(directUrl, async (client) => {
    const admin = client.db('admin');
    const config = await currentConfig((command) => admin.command(command));
    if (!config) {
      await admin.command({ replSetInitiate: { _id: REPLICA_SET, members } });
    } else if (config['members']?.[0]?.host !== members[0]?.host) {
      const moved = { ...config, version: config['version'] + 1, members };
      await admin.command({ replSetReconfig: moved, force: true });
    }
  });
}

async function currentConfig(
  run: (command: Document) => Promise<Document>,
): Promise<Document | undefined> {
  try {
    return (await run({ replSetGetConfig: 1 }))['config'] as Document;
  } catch (error) {
    if (error instanceof MongoServerError && error.codeName === 'NotYetInitialized')
      return undefined;
    throw error;
  }
}
