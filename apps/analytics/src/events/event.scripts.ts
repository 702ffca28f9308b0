import { type ScriptArgument, defineScript } from '@trilith/redis';

import { luaOf } from '../store/lua.js';

const presence = ['distinct/distinct', 'visitors/visitorDays', 'active/activeMinutes'] as const;

/** Tells of each event whether it was counted now; see recordEvents-1.lua. */
export const recordEvents = defineScript<readonly ScriptArgument[], readonly boolean[]>({
  name: 'recordEvents',
  lua: luaOf(...presence, 'top/topItems', 'events/recordEvents-1'),
  keys: 1,
  parse: (reply) => (reply as number[]).map((outcome) => outcome === 1),
});

export const recordPresence = defineScript<readonly ScriptArgument[], void>({
  name: 'recordPresence',
  lua: luaOf(...presence, 'events/recordPresence-1'),
  keys: 1,
  parse: () => undefined,
});
