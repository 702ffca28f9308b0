import { once } from 'node:events';
import { Command, Option } from 'commander';
import colors from 'picocolors';
import { interruption } from '../processes/interruption.ts';
import { storeLimits, storeRows } from '../stores/rows.ts';
import { runMain } from '../terminal/failure.ts';
import { table } from '../terminal/table.ts';
import { ownEnvironment } from './environment.ts';
import { LogView } from './log-view.ts';
import { type Platform, startPlatform } from './platform.ts';
import { SERVICE_NAMES } from './services.ts';

const program = new Command('npm start --')
  .description(
    'Builds the services, finds or starts PostgreSQL, Redis and MongoDB, migrates them, and runs\n' +
      'users, content and analytics until Ctrl-C.',
  )
  .option('--port-offset <n>', 'move the three ports, 3001 to 3003, by this', Number, 0)
  .option('--no-build', 'run what was built last')
  .addOption(
    new Option('--stores <where>', 'take the stores from docker/compose.yml').choices(['docker']),
  )
  .addHelpText(
    'after',
    `
Stores that DATABASE_URL, REDIS_URL and MONGODB_URL name, in the environment or in .env, are taken
as they are. USERS_PORT, CONTENT_PORT and ANALYTICS_PORT move single services.`,
  );

interface Options {
  readonly portOffset: number;
  readonly build: boolean;
  readonly stores?: 'docker';
}

async function main(): Promise<number> {
  const { portOffset, build, stores } = program.parse().opts<Options>();
  const interrupted = interruption();
  const view = new LogView();
  const platform = await startPlatform({
    portOffset,
    build,
    stores,
    env: logFormat(),
    signal: interrupted,
    onProgress: (text) => console.log(colors.dim(text)),
    onLine: (label, line) => view.take(label, line),
  });
  show(platform);
  view.open();
  await Promise.race([aborted(interrupted), aborted(platform.broken)]);
  console.log(colors.dim('Stopping …'));
  await platform.stop();
  platform.broken.throwIfAborted();
  return 0;
}

/** The services write to a pipe and cannot see whether a person reads what comes out of it. */
function logFormat(): Record<string, string> {
  if (!process.stdout.isTTY) return {};
  return { LOG_FORMAT: ownEnvironment()['LOG_FORMAT'] ?? 'pretty' };
}

function show({ addresses, stores }: Platform): void {
  const services = SERVICE_NAMES.map((service) => {
    const address = addresses[service];
    return [service, address, `${address}/docs`];
  });
  const rows = [...services, ...storeRows(stores)];
  console.log(`\n${table(['', 'address', 'docs, or what serves it'], rows)}`);
  for (const limit of storeLimits(stores)) console.log(limit);
  console.log('\nReady. Ctrl-C stops everything; "npm run demo" shows it at work.\n');
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

await runMain(main);
