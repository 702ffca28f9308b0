import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Migrator } from '../src/index.js';
import { CommandLine } from './command-line.js';
import type { TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createMongo, mongoUnderTest } from './mongo-under-test.js';
import { waitUntil } from './wait-until.js';

/** Long enough for a renewal on a busy machine. */
const LEASE_MS = 5_000;

describe('a runner on MongoDB that stands still for longer than its lease', () => {
  let database: TestDatabase;
  let directory: TestDirectory;
  let stopped: CommandLine | undefined;

  beforeEach(async () => {
    database = await createMongo();
    directory = new TestDirectory({ '0001_a.ts': mongoUnderTest.text.waitsForGate('a') });
  });
  afterEach(async () => {
    stopped?.process.kill('SIGKILL');
    await stopped?.ended;
    directory[Symbol.dispose]();
    await database.drop();
  });

  const migrator = () =>
    new Migrator({ store: database.open({ leaseMs: LEASE_MS }), directory: directory.path });
  /** In the midst of its migration. */
  const stop = async (): Promise<CommandLine> => {
    const env = { MONGODB_URL: database.url, DIRECTORY: directory.path, LEASE_MS: `${LEASE_MS}` };
    const runner = new CommandLine([], env, 'test/leased-runner.ts');
    stopped = runner;
    await waitUntil(async () => (await database.journal()).length === 1);
    runner.process.kill('SIGSTOP');
    return runner;
  };

  it('writes nothing more once another has taken its lock over', async () => {
    const runner = await stop();
    await database.openGate();
    await expect(migrator().up()).resolves.toMatchObject({ applied: [{ version: 1 }], total: 1 });
    const [entry] = await database.open().readLedger();
    runner.process.kill('SIGCONT');
    const { code, err } = await runner.ended;
    expect(err).toContain('MigrationLockLostError: mongo: the lock could not be renewed in time');
    expect(code).toBe(1);
    expect(await database.journal()).toEqual(['a begun', 'a begun', 'a']);
    expect(await database.open().readLedger()).toEqual([entry]);
    expect(await database.open().lockHolder()).toBeUndefined();
  });

  it('goes on where nobody has taken its lock over', async () => {
    const runner = await stop();
    await sleep(LEASE_MS + 500);
    await database.openGate();
    runner.process.kill('SIGCONT');
    await expect(runner.ended).resolves.toMatchObject({ code: 0, err: '' });
    expect(await database.journal()).toEqual(['a begun', 'a']);
    expect(await database.open().readLedger()).toMatchObject([{ version: 1, state: 'applied' }]);
  });
});
