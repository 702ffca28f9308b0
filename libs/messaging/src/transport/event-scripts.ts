import { type ScriptArgument, defineScript } from '@trilith/redis';

import { StreamEntry } from './stream-entry.js';

const script = (file: string) => new URL(`./scripts/${file}`, import.meta.url);

type Fields = string[];

/** How an append ended. With any but the first, nothing was appended. */
export type AppendOutcome =
  | { readonly kind: 'appended'; readonly isNewLayout: boolean }
  | { readonly kind: 'layout'; readonly partitions: number }
  | { readonly kind: 'fenced'; readonly highest: bigint }
  | {
      readonly kind: 'full';
      readonly key: string;
      readonly entries: number;
      /** Empty where delayed events fill their set. */
      readonly group: string;
    };

export const appendEvents = defineScript<ScriptArgument[], AppendOutcome>({
  name: 'appendEvents',
  lua: script('appendEvents-1.lua'),
  keys: 1,
  parse: (reply) => {
    const [kind, ...facts] = reply as [AppendOutcome['kind'], ...(string | number)[]];
    if (kind === 'layout') return { kind, partitions: Number(facts[0]) };
    if (kind === 'fenced') return { kind, highest: BigInt(facts[0] ?? 0) };
    if (kind === 'appended') return { kind, isNewLayout: facts[0] === 1 };
    const [key, entries, group] = facts;
    return { kind, key: String(key), entries: Number(entries), group: String(group) };
  },
});

export const claimLayout = defineScript<[partitions: number], number>({
  name: 'claimLayout',
  lua: script('claimLayout-1.lua'),
  keys: 1,
  parse: Number,
});

/** What came of moving delayed events. */
export interface MovedEvents {
  readonly count: number;
  /** Milliseconds until the next is due; undefined when none waits. */
  readonly nextInMs: number | undefined;
}

export const moveDueEvents = defineScript<[atMost: number], MovedEvents>({
  name: 'moveDueEvents',
  lua: script('moveDueEvents-1.lua'),
  keys: 1,
  parse: (reply) => {
    const [count, next] = reply as [number, number];
    return { count, nextInMs: next < 0 ? undefined : next };
  },
});

export const trimPartitions = defineScript<[retentionMs: number, entries: number], number>({
  name: 'trimPartitions',
  lua: script('trimPartitions-1.lua'),
  keys: 1,
  parse: Number,
});

/** What a member is told when it renews its lease. */
export interface MembershipReply {
  /** How many partitions the publisher has. */
  readonly partitions: number;
  readonly revision: string;
  /** How many of the member's partitions are more than its share. */
  readonly surplus: number;
  /** How many it should have more, and will when others have let go of them. */
  readonly missing: number;
  /** The member's partitions and their epochs. */
  readonly owned: ReadonlyMap<number, string>;
}

/** Undefined while the publisher has laid out no partitions. */
export const renewMembership = defineScript<ScriptArgument[], MembershipReply | undefined>({
  name: 'renewMembership',
  lua: script('renewMembership-1.lua'),
  keys: 1,
  parse: (reply) => {
    const [partitions, revision, surplus, missing, ...pairs] = reply as (string | number)[];
    if (partitions === undefined) return undefined;
    const owned = new Map<number, string>();
    for (let index = 0; index < pairs.length; index += 2) {
      owned.set(Number(pairs[index]), String(pairs[index + 1]));
    }
    return {
      partitions: Number(partitions),
      revision: String(revision),
      surplus: Number(surplus),
      missing: Number(missing),
      owned,
    };
  },
});

/** What a member read of its partitions. */
export interface PartitionsRead {
  readonly isPaused: boolean;
  /** Partitions that are not the member's any more. */
  readonly lost: readonly number[];
  /** Partitions of which entries were delivered that this member does not know of. */
  readonly behind: readonly number[];
  /** Partitions whose group was missing. */
  readonly created: readonly number[];
  /** By partition, in their order. */
  readonly entries: ReadonlyMap<number, readonly StreamEntry[]>;
  /** How many entries that are. */
  readonly count: number;
}

export const readPartitions = defineScript<ScriptArgument[], PartitionsRead>({
  name: 'readPartitions',
  lua: script('readPartitions-1.lua'),
  keys: 1,
  parse: (reply) => {
    type Found = [partition: number, entries: [string, Fields][]];
    const [paused, lost, behind, created, found] = reply as [
      number,
      ...[number[], number[], number[]],
      unknown[],
    ];
    const entries = new Map<number, readonly StreamEntry[]>();
    let count = 0;
    for (let index = 0; index < found.length; index += 2) {
      const [partition, read] = found.slice(index, index + 2) as Found;
      count += read.length;
      entries.set(
        partition,
        read.map(([id, fields]) => new StreamEntry(id, fields)),
      );
    }
    return { isPaused: paused === 1, lost, behind, created, entries, count };
  },
});

/** An entry that was taken over, and how many attempts may have begun. */
export interface TakenEntry {
  readonly entry: StreamEntry;
  readonly attemptsBegun: number;
}

/** A part of what was pending in a partition. */
export interface TakenOver {
  readonly taken: readonly TakenEntry[];
  /** Where to go on; empty when that was all. */
  readonly after: string;
  /** The last entry that the group was given. */
  readonly lastDelivered: string;
  /** How many of them came from other members. */
  readonly fromOthers: number;
}

/** Undefined when the partition is not the member's, or its group is paused. */
export const takeOverEntries = defineScript<ScriptArgument[], TakenOver | undefined>({
  name: 'takeOverEntries',
  lua: script('takeOverEntries-1.lua'),
  keys: 1,
  parse: (reply) => {
    type Taken = [id: string, attemptsBegun: number, fields: Fields];
    const [after, lastDelivered, fromOthers, ...entries] = reply as [
      string | undefined,
      string,
      number,
      ...Taken[],
    ];
    if (after === undefined) return undefined;
    const taken = entries.map(([id, attemptsBegun, fields]) => ({
      entry: new StreamEntry(id, fields),
      attemptsBegun,
    }));
    return { taken, after, lastDelivered, fromOthers };
  },
});

/** Resolves to whether the attempt may begin. */
export const recordAttempt = defineScript<ScriptArgument[], boolean>({
  name: 'recordAttempt',
  lua: script('recordAttempt-1.lua'),
  keys: 1,
  parse: (reply) => reply === 1,
});

export const giveBackEntries = defineScript<ScriptArgument[], number>({
  name: 'giveBackEntries',
  lua: script('giveBackEntries-1.lua'),
  keys: 1,
  parse: Number,
});

export const buryEntry = defineScript<ScriptArgument[], string | undefined>({
  name: 'buryEntry',
  lua: script('buryEntry-1.lua'),
  keys: 1,
  parse: (reply) => (reply as string | null) ?? undefined,
});

/** How far a group is behind. */
export interface GroupLag {
  /** Entries that the group has not acknowledged. */
  readonly entries: number;
  /** Age of the oldest of them in milliseconds; 0 when there is none. */
  readonly oldestAgeMs: number;
}

export const measureLag = defineScript<[group: string], GroupLag>({
  name: 'measureLag',
  lua: script('measureLag-1.lua'),
  keys: 1,
  parse: (reply) => {
    const [entries, oldestAgeMs] = reply as [number, number];
    return { entries, oldestAgeMs };
  },
});
