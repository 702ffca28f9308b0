import { type ScriptArgument, defineScript } from '@trilith/redis';

import { luaOf } from '../store/lua.js';

/** How many people, and whether that many exactly. */
export interface DistinctCount {
  readonly count: number;
  readonly isExact: boolean;
}

/** A count, and the set that was counted. */
export interface CountedSet extends DistinctCount {
  readonly key: string;
}

function toDistinctCount(reply: unknown): DistinctCount {
  const [count, isExact] = reply as [number, number];
  return { count, isExact: isExact === 1 };
}

export const unionVisitors = defineScript<readonly ScriptArgument[], CountedSet>({
  name: 'unionVisitors',
  lua: luaOf('distinct/distinct', 'visitors/visitorDays', 'visitors/unionVisitors-1'),
  keys: 1,
  parse: (reply) => ({ ...toDistinctCount(reply), key: (reply as [number, number, string])[2] }),
});

export const mergeVisitors = defineScript<readonly ScriptArgument[], DistinctCount>({
  name: 'mergeVisitors',
  lua: luaOf('distinct/distinct', 'visitors/mergeVisitors-1'),
  keys: 1,
  parse: toDistinctCount,
});
