import colors from 'picocolors';

import type { GroupState, PublisherState } from '../admin/group-state.js';
import { type CommonOptions, withAdmin } from './admin-session.js';
import { ExitCode, UsageError } from './exit-code.js';
import { type Terminal, age, writeJson, writeLine, writeTable } from './terminal.js';

export interface GroupsOptions extends CommonOptions {
  /** One row for each partition instead of one for each group. */
  readonly partitions?: boolean;
}

/** `groups`: who reads whose events, and how far behind they are. */
export async function groups(
  terminal: Terminal,
  publisher: string | undefined,
  options: GroupsOptions,
): Promise<ExitCode> {
  const states = await withAdmin(terminal, options, async (admin) => {
    const known = await admin.publishers();
    if (publisher !== undefined && !known.includes(publisher)) {
      throw new UsageError(`No events of ${publisher} here; publishers: ${known.join(', ')}.`);
    }
    const names = publisher === undefined ? known : [publisher];
    const found = await Promise.all(names.map(async (name) => admin.inspect(name)));
    return found.filter((state) => state !== undefined);
  });
  if (options.json) writeJson(terminal, { publishers: states });
  else if (states.length === 0) writeLine(terminal.out, 'Nobody has published anything here yet.');
  else if (options.partitions) writePartitions(terminal, states);
  else writeGroups(terminal, states);
  return ExitCode.done;
}

const GROUPS = ['publisher', 'group', 'waiting', 'oldest', 'members', 'dead', 'state'];

function writeGroups(terminal: Terminal, states: readonly PublisherState[]): void {
  const rows = states.flatMap(({ publisher, groups: readers, entries, delayed }) => {
    if (readers.length === 0)
      return [[publisher, colors.dim('nobody reads'), entries, '', '', '', '']];
    return readers.map((group) => [publisher, ...groupRow(group, delayed)]);
  });
  writeTable(terminal, GROUPS, rows);
}

function groupRow(state: GroupState, delayed: number): (string | number)[] {
  const { group, entries, oldestAgeMs, members, deadLetters } = state;
  const dead = deadLetters > 0 ? colors.red(String(deadLetters)) : 0;
  return [group, entries, age(oldestAgeMs), members.length, dead, standing(state, delayed)];
}

function standing({ paused, members, entries }: GroupState, delayed: number): string {
  const notes = [
    paused && colors.yellow(`paused since ${paused.since.toISOString()}: ${paused.reason}`),
    members.length === 0 && entries > 0 && colors.red('nobody at work'),
    delayed > 0 && `${delayed} delayed`,
  ];
  return notes.filter(Boolean).join('; ');
}

const PARTITIONS = ['publisher', 'group', 'partition', 'owner', 'in hand', 'unread', 'oldest'];

function writePartitions(terminal: Terminal, states: readonly PublisherState[]): void {
  const rows = states.flatMap(({ publisher, groups: readers }) =>
    readers.flatMap(({ group, partitions }) =>
      partitions.map(({ partition, owner, pending, lag, oldestAgeMs }) => [
        publisher,
        group,
        partition,
        owner ?? colors.yellow('nobody'),
        pending,
        lag ?? '?',
        age(oldestAgeMs),
      ]),
    ),
  );
  writeTable(terminal, PARTITIONS, rows);
}
