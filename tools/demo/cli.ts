import { Command } from 'commander';
import colors from 'picocolors';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { runningPlatform } from '../platform/state.ts';
import { interruption } from '../processes/interruption.ts';
import { scratchProfile } from '../stores/profile.ts';
import { runMain } from '../terminal/failure.ts';
import type { Addresses } from './person.ts';
import { play } from './play.ts';
import { mainJob } from './story.ts';

const program = new Command('npm run demo --')
  .description(
    'Plays the platform’s main job through its public HTTP routes and shows what was observed:\n' +
      'against the platform that npm start runs, or one of its own on throw-away stores.',
  )
  .option('--users <url>', 'play against this users service')
  .option('--content <url>', 'play against this content service')
  .option('--analytics <url>', 'play against this analytics service')
  .option('--json', 'one JSON object a step instead of lines for people')
  .addHelpText(
    'after',
    '\nExit status: 0 when every step was observed, 1 otherwise, 130 after Ctrl-C.',
  );

interface Options extends Partial<Addresses> {
  readonly json?: boolean;
}

async function main(): Promise<number> {
  const { json = false, ...given } = program.parse().opts<Options>();
  const signal = interruption();
  const say = (text: string) => json || console.log(colors.dim(text));
  const running = runningPlatform()?.addresses;
  let own: Platform | undefined;
  if (!running && Object.keys(given).length < 3) {
    say('No platform runs: starting one on throw-away stores.');
    own = await startPlatform({
      profile: scratchProfile('demo'),
      ports: 'free',
      signal,
      onProgress: say,
    });
  }
  try {
    const addresses = { ...running, ...own?.addresses, ...given } as Addresses;
    return (await play(mainJob(addresses), { json, signal })) ? 0 : 1;
  } finally {
    if (own) say('Stopping …');
    await own?.stop();
  }
}

await runMain(main);
