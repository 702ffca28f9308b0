import { setTimeout as sleep } from 'node:timers/promises';

import type { Act } from '../acts.ts';
import type { Database } from './database.js';

/** Acts done at the same time, each in a transaction of its own. */
const WRITERS = 8;
const LOOK_AGAIN_MS = 200;

/**
 * Takes the next act and its place among those of its key. The lock on the key's row is what puts
 * concurrent acts of one key into their order.
 */
const TAKE_ACT = `
WITH taken AS (
  SELECT number, key, is_poison
  FROM acts
  WHERE sequence IS NULL
  ORDER BY number
  LIMIT 1
  FOR UPDATE SKIP LOCKED
)
UPDATE keys SET last = last + 1
FROM taken
WHERE keys.key = taken.key
RETURNING taken.number::int, taken.key, keys.last AS sequence, taken.is_poison AS "isPoison"`;

const DO_ACT = 'UPDATE acts SET sequence = $2 WHERE number = $1';

/** Told of each act: inside its transaction, and once that has committed. */
export interface ActListener {
  readonly onDone?: (act: Act) => Promise<void>;
  readonly onCommitted?: (act: Act) => void;
}

/** Does the acts that are there to be done, until the process ends. */
export async function keepActing(
  database: Database,
  { perSecond, ...listener }: ActListener & { readonly perSecond: number },
): Promise<void> {
  const everyMs = (WRITERS * 1_000) / perSecond;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      for (;;) {
        const startedAt = performance.now();
        const act = await database.inTransaction(async () => doNext(database, listener));
        if (act) listener.onCommitted?.(act);
        const pauseMs = act ? everyMs - (performance.now() - startedAt) : LOOK_AGAIN_MS;
        if (pauseMs > 0) await sleep(pauseMs);
      }
    }),
  );
}

async function doNext(database: Database, { onDone }: ActListener): Promise<Act | undefined> {
  const [act] = await database.query<Act & Record<string, unknown>>(TAKE_ACT, []);
  if (!act) return undefined;
  await database.query(DO_ACT, [act.number, act.sequence]);
  await onDone?.(act);
  return act;
}
