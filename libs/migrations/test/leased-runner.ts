import { Migrator, mongoMigrationStore } from '../src/index.js';

/** Runs `up` on MongoDB in a process of its own, which a test can stop and let go on. */
const { MONGODB_URL: url = '', DIRECTORY: directory = '', LEASE_MS } = process.env;

await using migrator = new Migrator({
  store: mongoMigrationStore({ url, leaseMs: Number(LEASE_MS) }),
  directory,
});
await migrator.up();
