import getPort, { portNumbers } from 'get-port';
import { readJson, writeJson } from './json-file.ts';
import type { StoreName } from './profile.ts';

/** Beside each server's well-known port, so that one of the machine's own is left alone. */
const PREFERRED: Record<StoreName, number> = { postgres: 54320, redis: 63790, mongodb: 27018 };

/** How many ports after the preferred one are tried before any free one is taken. */
const SPAN = 50;

/** Chooses ports on 127.0.0.1. */
export interface Ports {
  choose(store: StoreName): Promise<number>;
}

/** Any free port: for throw-away stores. */
export const freePorts: Ports = { choose: () => getPort({ host: '127.0.0.1' }) };

/** The same port each time as long as nobody else has it, else the next free one, remembered. */
export function lastingPorts(file: string): Ports {
  return {
    async choose(store) {
      const remembered = readJson<Partial<Record<StoreName, number>>>(file, {})[store];
      const first = remembered ?? PREFERRED[store];
      const port = await getPort({ host: '127.0.0.1', port: portNumbers(first, first + SPAN) });
      // Read again: the other stores choose at the same time.
      writeJson(file, { ...readJson<object>(file, {}), [store]: port });
      return port;
    },
  };
}
