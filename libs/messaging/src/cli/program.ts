import { Command, CommanderError, Option } from 'commander';
import colors from 'picocolors';

import type { CommonOptions } from './admin-session.js';
import { type CommandLine, wholeNumber, withCommonOptions } from './command-line.js';
import { describeDeadLetters } from './dead-letters.program.js';
import { EXIT_CODES_HELP, ExitCode, exitCodeOf } from './exit-code.js';
import { type GroupsOptions, groups } from './groups.command.js';
import { pause, removeGroup, resume } from './pause.command.js';
import { moment } from './moment.js';
import { OUTBOX_KINDS } from './outbox-access.js';
import { type PendingOptions, pending } from './pending.command.js';
import { type RepublishOptions, republish } from './republish.command.js';
import { type Terminal, writeLine } from './terminal.js';

/** Runs the command line and resolves to its exit code; never rejects. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.done;
  const settle = async (work: Promise<ExitCode>) => {
    exitCode = await work;
  };
  const program = describeProgram(terminal);
  const commandLine = { program, terminal, settle };
  describeGroups(commandLine);
  describePauses(commandLine);
  describeDeadLetters(commandLine);
  describeRepublish(commandLine);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has written its own message already.
    if (!(error instanceof CommanderError)) {
      const message = error instanceof Error ? error.message : String(error);
      writeLine(terminal.err, `${colors.red('error:')} ${message}`);
    }
    return exitCodeOf(error);
  }
}

function describeProgram({ out, err }: Terminal): Command {
  return new Command('trilith-messages')
    .description(
      'Looks into the events that services exchange over Redis Streams, and sets things right.\n' +
        'MESSAGING_REDIS_URL, or else REDIS_URL, in the environment says where Redis is.',
    )
    .addHelpText('after', EXIT_CODES_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void out.write(text),
      writeErr: (text) => void err.write(text),
    });
}

function describeGroups({ program, terminal, settle }: CommandLine): void {
  withCommonOptions(program.command('groups [publisher]'))
    .description("who reads whose events, and how far behind they are; of all publishers or one's")
    .option('--partitions', 'one row for each partition')
    .action(async (publisher: string | undefined, options: GroupsOptions) =>
      settle(groups(terminal, publisher, options)),
    );
  withCommonOptions(program.command('pending <publisher> <group>'))
    .description('what a group has in hand, oldest first')
    .option('--count <n>', 'at most so many', wholeNumber, 100)
    .action(async (publisher: string, group: string, options: PendingOptions) =>
      settle(pending(terminal, { publisher, group }, options)),
    );
}

function describePauses({ program, terminal, settle }: CommandLine): void {
  withCommonOptions(program.command('pause <publisher> <group>'))
    .description('let a group finish what it has in hand, and read nothing more')
    .requiredOption('--reason <text>', 'shown to whoever looks')
    .action(async (publisher: string, group: string, options: CommonOptions & { reason: string }) =>
      settle(pause(terminal, { publisher, group }, options)),
    );
  withCommonOptions(program.command('resume <publisher> <group>'))
    .description('let a paused group read on')
    .action(async (publisher: string, group: string, options: CommonOptions) =>
      settle(resume(terminal, { publisher, group }, options)),
    );
  withCommonOptions(program.command('remove-group <publisher> <group>'))
    .description('forget a service that subscribes no longer; its dead letters stay')
    .action(async (publisher: string, group: string, options: CommonOptions) =>
      settle(removeGroup(terminal, { publisher, group }, options)),
    );
}

function describeRepublish({ program, terminal, settle }: CommandLine): void {
  withCommonOptions(program.command('republish <service>'))
    .description(
      'publish again what the outbox of a service has sent, when Redis has lost its data;\n' +
        'DATABASE_URL or MONGODB_URL says where the outbox is; inboxes skip what they have had',
    )
    .addOption(
      new Option('--outbox <store>', 'where it is kept')
        .choices(OUTBOX_KINDS)
        .makeOptionMandatory(),
    )
    .requiredOption('--since <time>', 'sent since then: 90m, 2h, 3d ago, or a time', moment)
    .option('--until <time>', 'sent before then; default: now', moment)
    .option('--topic <topics...>', 'only events of these topics')
    .option('--after <position>', 'go on where an interrupted run has stopped')
    .option('--partitions <n>', 'where Redis does not know how many there were', wholeNumber, 16)
    .action(async (service: string, options: RepublishOptions) =>
      settle(republish(terminal, service, options)),
    );
}
