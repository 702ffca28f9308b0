import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Area } from '../frame/benchmark.ts';
import { AppliedDatabases } from './applied-databases.ts';
import { casesOn } from './cases.ts';
import { type Field, MONGO, POSTGRES } from './contestants.ts';
import { type MakeDatabase, makeMongo, makePostgres } from './databases.ts';

/** The migration runner on both stores, each start in a process of its own. */
export const migrations: Area = {
  name: 'migrations',
  stores: ['postgres', 'mongodb'],
  cases: async ({ env, signal, atEnd }) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'trilith-bench-'));
    atEnd(async () => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
    const { DATABASE_URL: postgres = '', MONGODB_URL: mongo = '' } = env;
    const casesFor = (field: Field, makeDatabase: MakeDatabase) => {
      const ground = { folder, signal, makeDatabase };
      const applied = new AppliedDatabases(ground);
      atEnd(async () => applied.drop());
      return casesOn({ ...ground, field, applied });
    };
    return Promise.resolve([
      ...casesFor(POSTGRES, async () => makePostgres(postgres)),
      ...casesFor(MONGO, async () => makeMongo(mongo)),
    ]);
  },
};
