import { Command } from 'commander';
import { runMain } from '../terminal/failure.ts';
import { postgresCommand } from './postgres/postgres.command.ts';

const program = new Command('npm run doctor --')
  .description('Looks at a store and says what ails it, how bad it is and what to do next.')
  // What stands behind a store's name belongs to it.
  .enablePositionalOptions()
  .addCommand(postgresCommand());

await runMain(async () => {
  await program.parseAsync();
  return Number(process.exitCode ?? 0);
});
