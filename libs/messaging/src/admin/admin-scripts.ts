import { type ScriptArgument, defineScript } from '@trilith/redis';

import type { GroupState, MemberState, PartitionState } from './group-state.js';

const script = (file: string) => new URL(`./scripts/${file}`, import.meta.url);

type PartitionReply = [number, owner: string, pending: number, lag: number, oldestAgeMs: number];
type GroupReply = [
  name: string,
  pausedSince: number,
  reason: string,
  deadLetters: number,
  members: (string | number)[],
  partitions: PartitionReply[],
];

/** What one look at a publisher brings. */
export interface InspectedGroups {
  readonly partitions: number;
  readonly entries: number;
  readonly delayed: number;
  readonly groups: readonly GroupState[];
}

export const inspectGroups = defineScript<[], InspectedGroups | undefined>({
  name: 'inspectGroups',
  lua: script('inspectGroups-1.lua'),
  keys: 1,
  parse: (reply) => {
    const [partitions, entries, delayed, ...groups] = reply as [
      number | undefined,
      number,
      number,
      ...GroupReply[],
    ];
    if (partitions === undefined) return undefined;
    return { partitions, entries, delayed, groups: groups.map(toGroupState) };
  },
});

export const pauseGroup = defineScript<[reason: string], Date>({
  name: 'pauseGroup',
  lua: script('pauseGroup-1.lua'),
  keys: 1,
  parse: (reply) => new Date(Number(reply)),
});

export const removeGroup = defineScript<[group: string], number>({
  name: 'removeGroup',
  lua: script('removeGroup-1.lua'),
  keys: 1,
  parse: Number,
});

/** Undefined when the number of partitions has changed meanwhile. */
export const replayLetters = defineScript<ScriptArgument[], string[] | undefined>({
  name: 'replayLetters',
  lua: script('replayLetters-1.lua'),
  keys: 1,
  parse: (reply) => (reply as string[] | null) ?? undefined,
});

export const discardLetters = defineScript<ScriptArgument[], string[]>({
  name: 'discardLetters',
  lua: script('discardLetters-2.lua'),
  keys: 2,
  parse: (reply) => reply as string[],
});

function toGroupState([group, since, reason, deadLetters, members, parts]: GroupReply): GroupState {
  const partitions = parts.map(toPartitionState);
  return {
    group,
    paused: since > 0 ? { since: new Date(since), reason } : undefined,
    deadLetters,
    members: toMembers(members),
    partitions,
    entries: partitions.reduce((sum, { pending, lag = 0 }) => sum + pending + lag, 0),
    oldestAgeMs: Math.max(0, ...partitions.map(({ oldestAgeMs }) => oldestAgeMs)),
  };
}

function toPartitionState([partition, owner, pending, lag, oldestAgeMs]: PartitionReply) {
  const state: PartitionState = {
    partition,
    owner: owner === '' ? undefined : owner,
    pending,
    lag: lag < 0 ? undefined : lag,
    oldestAgeMs,
  };
  return state;
}

function toMembers(flat: readonly (string | number)[]): MemberState[] {
  return flat.flatMap((name, index) =>
    index % 2 === 0 ? [{ name: String(name), leaseLeftMs: Number(flat[index + 1]) }] : [],
  );
}
