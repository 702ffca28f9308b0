import { type ScriptArgument, defineScript } from '@trilith/redis';

import { StreamEntry } from './stream-entry.js';

/** An entry that was taken over, and the how-manieth delivery this is. */
export interface ClaimedEntry {
  readonly entry: StreamEntry;
  readonly deliveries: number;
}

const script = (file: string) => new URL(`./scripts/${file}`, import.meta.url);

export const claimEntries = defineScript<ScriptArgument[], ClaimedEntry[]>({
  name: 'claimEntries',
  lua: script('claimEntries-1.lua'),
  keys: 1,
  parse: (reply) =>
    (reply as [string, number, string[]][]).map(([id, deliveries, fields]) => ({
      entry: new StreamEntry(id, fields),
      deliveries,
    })),
});

export const renewLeases = defineScript<ScriptArgument[], string[]>({
  name: 'renewLeases',
  lua: script('renewLeases-1.lua'),
  keys: 1,
  parse: (reply) => reply as string[],
});

export const releaseEntries = defineScript<ScriptArgument[], number>({
  name: 'releaseEntries',
  lua: script('releaseEntries-1.lua'),
  keys: 1,
  parse: Number,
});

export const removeConsumers = defineScript<[group: string, idleMs: number], number>({
  name: 'removeConsumers',
  lua: script('removeConsumers-1.lua'),
  keys: 1,
  parse: Number,
});
