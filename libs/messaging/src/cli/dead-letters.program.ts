import type { Command } from 'commander';

import {
  type ChoiceOptions,
  type ListOptions,
  type ShowOptions,
  discardLetters,
  listDiscarded,
  listLetters,
  replayLetters,
  showLetter,
} from './dead-letters.command.js';
import { type CommandLine, wholeNumber, withCommonOptions } from './command-line.js';

/** `dead …`: what groups could not handle. */
export function describeDeadLetters({ program, terminal, settle }: CommandLine): void {
  const dead = program.command('dead').description('what groups could not handle');
  withPage(dead.command('list <publisher> <group>'))
    .description('oldest first')
    .action(async (publisher: string, group: string, options: ListOptions) =>
      settle(listLetters(terminal, { publisher, group }, options)),
    );
  withCommonOptions(dead.command('show <publisher> <group> <letter>'))
    .description('one, whole: error, headers, payload, stack')
    .option('--codec <module>', "exports the payload's codec, where that is not JSON")
    .action(async (publisher: string, group: string, letterId: string, options: ShowOptions) =>
      settle(showLetter(terminal, { publisher, group, letterId }, options)),
    );
  withPage(dead.command('discarded <publisher> <group>'))
    .description('what people decided to forget, and why')
    .action(async (publisher: string, group: string, options: ListOptions) =>
      settle(listDiscarded(terminal, { publisher, group }, options)),
    );
  describeChoices({ program: dead, terminal, settle });
}

function describeChoices({ program: dead, terminal, settle }: CommandLine): void {
  type Names = [publisher: string, group: string, letterIds: string[]];
  withChoice(dead.command('replay <publisher> <group> [letters...]'))
    .description('let the group try again, with all attempts to come')
    .action(async (...[publisher, group, letterIds, options]: [...Names, ChoiceOptions]) =>
      settle(replayLetters(terminal, { publisher, group, letterIds }, options)),
    );
  withChoice(dead.command('discard <publisher> <group> [letters...]'))
    .description('forget them')
    .requiredOption('--reason <text>', 'kept with what was discarded')
    .action(
      async (
        ...[publisher, group, letterIds, options]: [...Names, ChoiceOptions & { reason: string }]
      ) => settle(discardLetters(terminal, { publisher, group, letterIds }, options)),
    );
}

function withPage(command: Command): Command {
  return withCommonOptions(command)
    .option('--count <n>', 'at most so many', wholeNumber, 100)
    .option('--after <letter>', 'go on after this one');
}

function withChoice(command: Command): Command {
  return withCommonOptions(command)
    .option('--all', 'all that are there now')
    .option('--topic <topic>', 'with --all: those of this topic alone');
}
