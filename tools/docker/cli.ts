import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { Command } from 'commander';
import getPort from 'get-port';

import { Failure, runMain } from '../terminal/failure.ts';
import { Container } from './container.ts';
import { parseDockerfile } from './dockerfile.ts';
import { Rehearsal } from './rehearsal.ts';

const workspace = path.resolve(import.meta.dirname, '../..');
const SERVICES = ['users', 'content', 'analytics'];

const program = new Command('node tools/docker/cli.ts')
  .description(
    'Does what docker/Dockerfile says in a folder instead of an image: installs, builds, and starts\n' +
      'what comes out with its production packages alone. Takes a few minutes.',
  )
  .argument('[service...]', `which of ${SERVICES.join(', ')}; default all`)
  .option('--keep', 'leave the folder for a look')
  .addHelpText(
    'after',
    `
With DATABASE_URL, MONGODB_URL and REDIS_URL in the environment, those stores are migrated, and each
service runs on them until it is healthy and is stopped again; without, the services only have to
say what they lack.`,
  );

async function main(): Promise<number> {
  const services = program.parse().args.length > 0 ? program.args : SERVICES;
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'trilith-image-'));
  try {
    const rehearsal = new Rehearsal({
      dockerfile: parseDockerfile(readFileSync(path.join(workspace, 'docker/Dockerfile'), 'utf8')),
      context: workspace,
      scratch,
      onStep: (command) => console.log(`  ${command}`),
    });
    await rehearseMigrations(rehearsal);
    for (const service of services) await rehearseService(rehearsal, service);
  } finally {
    if (program.opts()['keep']) console.log(`The stages are in ${scratch}`);
    else rmSync(scratch, { recursive: true, force: true });
  }
  return 0;
}

async function rehearseService(rehearsal: Rehearsal, service: string): Promise<void> {
  const stage = await rehearsal.build('service', { APP: service });
  const bare = await new Container(stage).run();
  insist(bare.exitCode !== 0 && /^\S+: \w+_URL: got nothing; takes /m.test(bare.output), bare);
  console.log(`${service}: says what it lacks`);
  if (process.env['REDIS_URL'] === undefined) return;
  const env = { ...stores(), ...SECRETS, HOST: '127.0.0.1', PORT: String(await getPort()) };
  const stopped = await new Container(stage, env).startAndStop();
  insist(stopped.exitCode === 0, stopped);
  console.log(`${service}: became healthy, and stopped when told to`);
}

async function rehearseMigrations(rehearsal: Rehearsal): Promise<void> {
  const stage = await rehearsal.build('migrate');
  const help = await new Container(stage).run(['--help']);
  insist(help.exitCode === 0 && help.output.includes('up'), help);
  console.log('migrate: tells its options');
  if (process.env['DATABASE_URL'] === undefined) return;
  const migrated = await new Container(stage, stores()).run();
  insist(migrated.exitCode === 0, migrated);
  console.log('migrate: brings the stores up to date');
}

const SECRETS = {
  AUTH_SECRET: 'a'.repeat(32),
  CURSOR_SECRET: 'c'.repeat(32),
  VISITOR_SECRET: 'v'.repeat(32),
};

function stores(): Record<string, string> {
  const names = ['DATABASE_URL', 'MONGODB_URL', 'REDIS_URL'];
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}

function insist(held: boolean, { exitCode, output }: { exitCode?: number; output: string }): void {
  if (!held) throw new Failure(`It ended with ${exitCode ?? 'a signal'}:\n${output}`);
}

await runMain(main);
