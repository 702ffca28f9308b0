// `npm run messages -- …`: a look into the messages of the platform, on its own Redis where the
// environment names none.
import { STORE_NAMES } from '../stores/profile.ts';
import { runMain } from '../terminal/failure.ts';
import { runLibraryCommand } from './library-command.ts';

await runMain(async () =>
  runLibraryCommand({
    name: 'messages',
    file: 'libs/messaging/dist/cli.js',
    storesFor: (args) => (args.includes('republish') ? STORE_NAMES : ['redis']),
  }),
);
