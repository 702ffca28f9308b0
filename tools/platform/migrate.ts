// `npm run migrate -- …`: the migration runner, on the platform's own stores where the environment
// names none.
import { runMain } from '../terminal/failure.ts';
import { runLibraryCommand } from './library-command.ts';
import { MIGRATE } from './migrations.ts';

/** Commands that look at files alone. */
const WITHOUT_STORES = new Set(['new']);

await runMain(async () =>
  runLibraryCommand({
    name: 'migrate',
    file: MIGRATE,
    storesFor: ([command = '']) => (WITHOUT_STORES.has(command) ? [] : ['postgres', 'mongodb']),
  }),
);
