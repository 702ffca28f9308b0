import { defineScript } from '@trilith/redis';

import { luaOf } from '../store/lua.js';

/** A member as the scripts read it. */
export interface BoardRow {
  readonly place: number;
  readonly member: string;
  readonly score: number;
  /** The fields that were asked for, in that order. */
  readonly values: readonly (string | null)[];
}

type RawRow = [place: number, member: string, score: string, values: (string | null)[]];

const withBoard = (script: string) => luaOf('leaderboards/board', `leaderboards/${script}`);

export const addPoints = defineScript<[what: string, id: Buffer], boolean>({
  name: 'addPoints',
  lua: withBoard('addPoints-1'),
  keys: 1,
  parse: (reply) => reply === 1,
});

export const describeMember = defineScript<[what: string], void>({
  name: 'describeMember',
  lua: withBoard('describeMember-1'),
  keys: 1,
  parse: () => undefined,
});

export const readBoard = defineScript<[what: string], BoardRow[]>({
  name: 'readBoard',
  lua: withBoard('readBoard-1'),
  keys: 1,
  parse: (reply) =>
    (reply as RawRow[]).map(([place, member, score, values]) => ({
      place,
      member,
      score: Number(score),
      values,
    })),
});

export const removeMember = defineScript<[what: string], void>({
  name: 'removeMember',
  lua: withBoard('removeMember-1'),
  keys: 1,
  parse: () => undefined,
});
