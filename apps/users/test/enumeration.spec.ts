import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { signedUp } from './session-story.js';
import { call, openStores, startUsers, type Stores } from './users-app.js';

const ACCOUNTS = 500;
const ALIKE = 0.05;
/** A machine under load may disturb one series more than the other; what is there in each is real. */
const MOST_SERIES = 4;
/** No bound on the time it takes, only on how long Jest waits. */
const PATIENCE_MS = 1_800_000;

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

describe('the time that signing in takes', () => {
  let stores: Stores;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    const { id } = await signedUp(app);
    await stores.database.query(
      `INSERT INTO accounts (id, email, username, password_hash)
       SELECT gen_random_uuid(), 'known_' || n || '@example.org', 'known_' || n, password_hash
         FROM accounts, generate_series(1, ${ACCOUNTS}) AS n
        WHERE id = $1`,
      [id],
    );
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  /** How long a wrong password takes, in milliseconds. */
  const timeOf = async (login: string) => {
    const begun = performance.now();
    const { status } = await call(app, 'POST', '/v1/sessions', {
      json: { login, password: 'a guess at it' },
    });
    expect(status).toBe(401);
    return performance.now() - begun;
  };

  /** 500 known and 500 unknown names in turn: by how much the medians differ. */
  const series = async () => {
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let n = 1; n <= ACCOUNTS; n += 1) {
      // In turn, so that neither always comes second.
      const first = n % 2 === 0 ? 'known' : 'other';
      const second = n % 2 === 0 ? 'other' : 'known';
      for (const kind of [first, second]) {
        (kind === 'known' ? known : unknown).push(await timeOf(`${kind}_${n}`));
      }
    }
    const [ofKnown, ofUnknown] = [median(known), median(unknown)];
    return Math.abs(ofKnown - ofUnknown) / Math.min(ofKnown, ofUnknown);
  };

  it(
    'tells nobody whether there is an account',
    async () => {
      const differences: number[] = [];
      while (differences.length < MOST_SERIES && !differences.some((each) => each <= ALIKE)) {
        differences.push(await series());
      }
      expect(Math.min(...differences)).toBeLessThanOrEqual(ALIKE);
    },
    PATIENCE_MS,
  );
});
