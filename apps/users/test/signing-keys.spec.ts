import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';

import { KeyRing } from '../src/signing-keys/key-ring.js';
import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

interface Jwks {
  keys: Record<string, unknown>[];
}

async function keysOf(app: NestFastifyApplication) {
  const { body } = await call(app, 'GET', '/.well-known/jwks.json');
  return (body as unknown as Jwks).keys;
}

describe('signing keys', () => {
  let stores: Stores;
  const apps: NestFastifyApplication[] = [];

  const start = async (more?: Record<string, string>) => {
    const app = await startUsers(stores, more);
    apps.push(app);
    return app;
  };

  beforeAll(async () => {
    stores = await openStores();
  });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await stores?.close();
  });

  it('are made once by replicas that boot at the same time', async () => {
    const replicas = await Promise.all(Array.from({ length: 4 }, () => start()));
    const { rows } = await stores.database.query<{ kid: string }>('SELECT kid FROM signing_keys');
    expect(rows).toHaveLength(1);
    for (const replica of replicas) {
      expect((await keysOf(replica)).map(({ kid }) => kid)).toEqual([rows[0]?.kid]);
    }
  });

  it('let each replica take the tokens of another, and of one that booted later', async () => {
    const [first, second] = [await start(), await start()];
    const person = await signedIn(first);
    const { status } = await call(second, 'GET', '/v1/accounts/me', { token: person.token });
    expect(status).toBe(200);
  });

  it('are published without their private half, for caches to keep', async () => {
    const app = await start();
    const { headers, status } = await call(app, 'GET', '/.well-known/jwks.json');
    expect(status).toBe(200);
    expect(headers['cache-control']).toMatch(/max-age=\d+/);
    expect(await keysOf(app)).toEqual([
      {
        kty: 'OKP',
        crv: 'Ed25519',
        alg: 'EdDSA',
        use: 'sig',
        kid: expect.any(String),
        x: expect.any(String),
      },
    ]);
  });

  it('are stored sealed', async () => {
    const { rows } = await stores.database.query<{ private_jwe: string }>(
      'SELECT private_jwe FROM signing_keys',
    );
    const [header = '', wrappedKey] = rows[0]?.private_jwe.split('.') ?? [];
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'dir',
      enc: 'A256GCM',
    });
    expect(wrappedKey).toBe('');
  });

  it('go on verifying after retirement for as long as their tokens live', async () => {
    const old = await start();
    const person = await signedIn(old);
    await stores.database.query('UPDATE signing_keys SET retired_at = now()');
    const fresh = await start();
    expect(await keysOf(fresh)).toHaveLength(2);
    const { status } = await call(fresh, 'GET', '/v1/accounts/me', { token: person.token });
    expect(status).toBe(200);
    await stores.database.query(
      "UPDATE signing_keys SET retired_at = now() - interval '1 hour' WHERE retired_at IS NOT NULL",
    );
    expect(await keysOf(await start())).toHaveLength(1);
  });

  describe('rotate', () => {
    const signingKid = async (app: NestFastifyApplication) =>
      (await app.get(KeyRing).signing()).kid;
    const kidsOf = async (app: NestFastifyApplication) =>
      (await keysOf(app)).map(({ kid }) => String(kid));
    const refreshAll = (...replicas: NestFastifyApplication[]) =>
      Promise.all(replicas.map((replica) => replica.get(KeyRing).refresh()));
    /** Lets so much time pass for all keys. */
    const pass = (time: string) =>
      stores.database.query(
        `UPDATE signing_keys SET activates_at = activates_at - $1::interval,
                                 retired_at = retired_at - $1::interval`,
        [time],
      );
    const isAccepted = async (app: NestFastifyApplication, token: string) =>
      (await call(app, 'GET', '/v1/accounts/me', { token })).status === 200;

    /** Two replicas that started on one key. */
    const begin = async () => {
      await stores.database.query('DELETE FROM signing_keys');
      const replicas = [await start(), await start()] as const;
      return { replicas, first: await signingKid(replicas[0]) };
    };

    it('without a restart: the next key is published by all before it signs', async () => {
      const { replicas, first } = await begin();
      await pass('29 days 22 hours');
      await refreshAll(...replicas);
      expect(await kidsOf(replicas[0])).toEqual([first]);

      await pass('1 hour');
      await refreshAll(...replicas, ...replicas);
      const [next, ...rest] = await kidsOf(replicas[0]);
      expect(rest).toEqual([first]);
      expect(await kidsOf(replicas[1])).toEqual([next, first]);
      for (const replica of replicas) expect(await signingKid(replica)).toBe(first);

      await pass('61 minutes');
      await refreshAll(replicas[0]);
      expect(await signingKid(replicas[0])).toBe(next);
      // One has looked already, the other has not: each takes the tokens of both.
      const [early, late] = [await signedIn(replicas[0]), await signedIn(replicas[1])];
      for (const replica of replicas) {
        expect(await isAccepted(replica, early.token)).toBe(true);
        expect(await isAccepted(replica, late.token)).toBe(true);
      }

      await pass('1 hour');
      await refreshAll(...replicas);
      for (const replica of replicas) expect(await kidsOf(replica)).toEqual([next]);
      expect(await isAccepted(replicas[0], await signedIn(replicas[1]).then((p) => p.token))).toBe(
        true,
      );
    });

    it('long after their time: the next one is published for an hour all the same', async () => {
      const { replicas, first } = await begin();
      await pass('400 days');
      await refreshAll(...replicas);
      expect(await signingKid(replicas[0])).toBe(first);
      const { rows } = await stores.database.query<{ ahead: number; retired: boolean }>(
        `SELECT extract(epoch FROM next.activates_at - clock_timestamp())::int AS ahead,
                previous.retired_at = next.activates_at AS retired
           FROM signing_keys AS next, signing_keys AS previous
          WHERE previous.kid = $1 AND next.kid <> $1`,
        [first],
      );
      expect(rows).toEqual([{ ahead: expect.any(Number), retired: true }]);
      expect(rows[0]?.ahead).toBeGreaterThan(3_000);
    });

    it('at once when a person retires the one that signs', async () => {
      const { replicas, first } = await begin();
      await pass('29 days 23 hours 30 minutes');
      await refreshAll(...replicas);
      const [next] = await kidsOf(replicas[0]);
      await stores.database.query('UPDATE signing_keys SET retired_at = now() WHERE kid = $1', [
        first,
      ]);
      await refreshAll(...replicas);
      for (const replica of replicas) expect(await signingKid(replica)).toBe(next);
    });

    it('over all that there were, if they are deleted: others learn of it by a token', async () => {
      const { replicas, first } = await begin();
      const before = await signedIn(replicas[0]);
      await stores.database.query('DELETE FROM signing_keys');
      await refreshAll(replicas[1]);
      expect(await signingKid(replicas[1])).not.toBe(first);
      expect(await isAccepted(replicas[1], before.token)).toBe(false);
      const after = await signedIn(replicas[1]);
      await eventually(async () => {
        expect(await isAccepted(replicas[0], after.token)).toBe(true);
      });
      expect(await kidsOf(replicas[0])).toEqual(await kidsOf(replicas[1]));
    });

    it('never, if so configured', async () => {
      const app = await start({ SIGNING_KEY_ROTATION: '0' });
      await pass('400 days');
      const before = await kidsOf(app);
      await refreshAll(app);
      expect(await kidsOf(app)).toEqual(before);
    });
  });
});
