import { defineScript } from '@trilith/redis';

/** Where the log is. */
export interface LogState {
  readonly position: number;
  readonly floor: number;
}

export const openLog = defineScript<[known: number, leastFloor: number], LogState>({
  name: 'openLog',
  lua: new URL('./scripts/openLog-2.lua', import.meta.url),
  keys: 2,
  parse: (reply) => {
    const [position, floor] = reply as [string, string];
    return { position: Number(position), floor: Number(floor) };
  },
});

/** Where a record was put, and which one is before it. */
export interface Recorded {
  readonly position: number;
  readonly previous: number;
}

export const recordWrites = defineScript<(string | number | Buffer)[], Recorded>({
  name: 'recordWrites',
  lua: new URL('./scripts/recordWrites-2.lua', import.meta.url),
  keys: 2,
  parse: (reply) => {
    const [position, previous] = reply as [string, string];
    return { position: Number(position), previous: Number(previous) };
  },
});

export const fillValue = defineScript<
  [token: string, key: string, maxLogRecords: number, ttlMs: number, value: Buffer | string],
  boolean
>({
  name: 'fillValue',
  lua: new URL('./scripts/fillValue-4.lua', import.meta.url),
  keys: 4,
  parse: (reply) => reply === 1,
});

export const renewLease = defineScript<[token: string, leaseMs: number], boolean>({
  name: 'renewLease',
  lua: new URL('./scripts/renewLease-1.lua', import.meta.url),
  keys: 1,
  parse: (reply) => reply === 1,
});

/** The answer to who wants to load a value. */
export type Admission =
  | { readonly kind: 'value'; readonly bytes: Buffer }
  | { readonly kind: 'granted'; readonly position: number; readonly wasForeign: boolean }
  | { readonly kind: 'held'; readonly leftMs: number }
  | { readonly kind: 'unborn' };

// Replies are read as bytes: one of them may be a value. `defineScript` runs it by the client that
// it is given, so this one is called with a client whose eval gives bytes.
export const acquireLease = defineScript<
  [token: string, leaseMs: number, seen: Buffer | string],
  Admission
>({
  name: 'acquireLease',
  lua: new URL('./scripts/acquireLease-3.lua', import.meta.url),
  keys: 3,
  parse: (reply) => {
    const [kind, first, second] = reply as [Buffer, Buffer | number, number];
    switch (String(kind)) {
      case 'value':
        return { kind: 'value', bytes: first as Buffer };
      case 'granted':
        return { kind: 'granted', position: Number(String(first)), wasForeign: second === 1 };
      case 'held':
        return { kind: 'held', leftMs: Number(first) };
      default:
        return { kind: 'unborn' };
    }
  },
});
