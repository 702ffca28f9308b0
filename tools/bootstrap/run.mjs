// Where every `npm start`, `npm test` and `npm run …` begins. Runs on any Node from 18 with nothing
// installed: checks what the machine has, installs what is missing, and hands over to the command's
// own file under Node 24. Plain JavaScript, no dependencies, for that reason.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMANDS, describeCommand, listCommands } from './commands.mjs';
import { runInForeground } from './foreground.mjs';
import { ensureInstalled, isInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { checkNpm, checkPython, MissingRequirement } from './requirements.mjs';

const workspace = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

async function main([name, ...args]) {
  const command = COMMANDS[name];
  if (!command) {
    console.error(listCommands());
    return name === undefined || name === '--help' ? 0 : 1;
  }
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (asksForHelp && !isInstalled(workspace)) {
    console.log(describeCommand(name));
    return 0;
  }
  checkNpm(workspace);
  if (command.stores && !asksForHelp && !args.includes('docker')) checkPython(process.env);
  await ensureInstalled(workspace);
  const node = findNode(workspace);
  const PATH = [path.join(workspace, 'node_modules/.bin'), process.env.PATH].join(path.delimiter);
  const file = path.join(workspace, command.file);
  return runInForeground(node, [...NODE_FLAGS, file, ...(command.args ?? []), ...args], {
    ...process.env,
    PATH,
  });
}

const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  `--import=${new URL('parent-watch.mjs', import.meta.url).href}`,
];

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof MissingRequirement)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
