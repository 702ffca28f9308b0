import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

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
});
