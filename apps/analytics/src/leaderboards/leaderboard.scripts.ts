import { defineScript } from '@trilith/redis';

/** A row of `topMembers`: the values are those of the fields asked for, in their order. */
export interface TopRow {
  member: string;
  score: number;
  values: readonly (string | null)[];
}

/** The same of one member, with its rank from 1. */
export type PlaceRow = Omit<TopRow, 'member'> & { rank: number };

export const addPoints = defineScript<
  [id: Buffer, retentionMs: number, member: string, act: string, points: number],
  { added: boolean; members: number }
>({
  name: 'addPoints',
  lua: new URL('./addPoints-3.lua', import.meta.url),
  keys: 3,
  parse: (reply) => {
    const [added, members] = reply as [number, number];
    return { added: added === 1, members };
  },
});

export const describeMember = defineScript<[member: string, label: string], number>({
  name: 'describeMember',
  lua: new URL('./describeMember-2.lua', import.meta.url),
  keys: 2,
  parse: Number,
});

export const topMembers = defineScript<[limit: number, ...fields: string[]], TopRow[]>({
  name: 'topMembers',
  lua: new URL('./topMembers-2.lua', import.meta.url),
  keys: 2,
  parse: (reply) =>
    (reply as [string, string, (string | null)[]][]).map(([member, score, values]) => ({
      member,
      score: Number(score),
      values,
    })),
});

export const placeOfMember = defineScript<
  [member: string, ...fields: string[]],
  PlaceRow | undefined
>({
  name: 'placeOfMember',
  lua: new URL('./placeOfMember-2.lua', import.meta.url),
  keys: 2,
  parse: (reply) => {
    if (reply === null) return undefined;
    const [rank, score, values] = reply as [number, string, (string | null)[]];
    return { rank, score: Number(score), values };
  },
});

export const pruneMembers = defineScript<
  [maxMembers: number, atMost: number, ...fields: string[]],
  number
>({
  name: 'pruneMembers',
  lua: new URL('./pruneMembers-2.lua', import.meta.url),
  keys: 2,
  parse: Number,
});
