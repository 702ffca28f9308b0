import { describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { Platform } from './support/platform.js';

interface LedgerEntry {
  readonly _id: number;
  readonly [field: string]: unknown;
}

describe('readiness of the content service', () => {
  it('should be refused while a migration is missing or a breaking one is unknown, naming it', async () => {
    await using platform = await Platform.start();
    const content = await platform.replica();
    const ledger = content.database.collection<LedgerEntry>('schema_migrations');
    const answers = async (expected: object) =>
      eventually(async () =>
        expect((await content.get('/health/ready')).body).toMatchObject({
          checks: { mongodb: expected },
        }),
      );
    await answers({ status: 'up' });

    const entry = await ledger.findOneAndDelete({ _id: 2 });
    await answers({ status: 'down', message: 'mongo is behind: misses 0002_outbox_inbox' });

    await ledger.insertOne(entry ?? { _id: 2 });
    const newer = { ...entry, _id: 9000, name: 'from_tomorrow' };
    await ledger.insertOne(newer);
    await answers({ status: 'up' });

    await ledger.updateOne({ _id: 9000 }, { $set: { breaking: true } });
    await answers({ status: 'down', message: expect.stringContaining('9000_from_tomorrow') });
  });
});
