import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TokenVerifier } from '@trilith/auth';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

import { AccessTokens } from '../src/sessions/access-tokens.js';
import { KeyRing } from '../src/signing-keys/key-ring.js';
import { call, openStores, signedIn, startUsers, type Stores } from './users-app.js';

const TRILITH = { issuer: 'trilith', audience: 'trilith' };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part = '') =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

/** The parts of a real token, to be put together wrongly. */
interface Parts {
  readonly header: string;
  readonly claims: string;
  readonly signature: string;
}

/** What the real one claims, signed by somebody else. */
async function signedByAnother({ header, claims }: Parts, more: object = {}): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA');
  return new SignJWT(decode(claims))
    .setProtectedHeader({
      ...decode(header),
      alg: 'EdDSA',
      ...more,
      jwk: await exportJWK(publicKey),
    })
    .sign(privateKey);
}

/** Signed with the public key, as if it were a shared secret. */
async function signedByPublicKey({ header, claims }: Parts, x: string): Promise<string> {
  return new SignJWT(decode(claims))
    .setProtectedHeader({ ...decode(header), alg: 'HS256' })
    .sign(Buffer.from(x, 'base64url'));
}

describe('access tokens', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let person: Awaited<ReturnType<typeof signedIn>>;

  const me = (token: string) => call(app, 'GET', '/v1/accounts/me', { token });
  const parts = (): Parts => {
    const [header = '', claims = '', signature = ''] = person.token.split('.');
    return { header, claims, signature };
  };
  const publicKey = () => String(app.get(KeyRing).published.keys[0]?.x);

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    person = await signedIn(app);
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  it('tell every service who calls', async () => {
    expect(await app.get(TokenVerifier).verify(person.token)).toEqual({
      accountId: person.id,
      roles: ['member'],
      sessionId: expect.any(String),
    });
  });

  const forgeries: [string, () => string | Promise<string>][] = [
    ['no text', () => ''],
    ['a word', () => 'abc'],
    ['dots', () => '..'],
    ['10,000 characters', () => 'a'.repeat(10_000)],
    ['the signature of another key under the real id', () => signedByAnother(parts())],
    ['an unknown key id', () => signedByAnother(parts(), { kid: 'unknown' })],
    ['a path for a key id', () => signedByAnother(parts(), { kid: '../../dev/null' })],
    ['the public key for a secret', () => signedByPublicKey(parts(), publicKey())],
    [
      'no algorithm',
      () => `${encode({ ...decode(parts().header), alg: 'none' })}.${parts().claims}.`,
    ],
    [
      'claims that were changed',
      () => {
        const { header, claims, signature } = parts();
        return `${header}.${encode({ ...decode(claims), roles: ['admin'] })}.${signature}`;
      },
    ],
    ['a signature cut short', () => person.token.slice(0, -4)],
    ['no signature', () => person.token.slice(0, person.token.lastIndexOf('.') + 1)],
  ];

  it.each(forgeries)('are refused with %s', async (_title, forge) => {
    const { status, body, headers } = await me(await forge());
    expect({ status, code: typeof body.code }).toEqual({ status: 401, code: 'string' });
    expect(headers['www-authenticate']).toMatch(/^Bearer/);
  });

  it('are refused once they have expired, and the caller is told so', async () => {
    const late = new AccessTokens(app.get(KeyRing), { ...TRILITH, ttlMs: -60_000 });
    const { accessToken } = await late.issue({ accountId: person.id, roles: [] });
    const { status, body } = await me(accessToken);
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'token_expired' });
  });

  it.each([
    ['issuer', { ...TRILITH, issuer: 'somebody-else' }],
    ['audience', { ...TRILITH, audience: 'somebody-else' }],
  ])('are refused for another %s', async (_name, options) => {
    const tokens = new AccessTokens(app.get(KeyRing), { ...options, ttlMs: 60_000 });
    const { accessToken } = await tokens.issue({ accountId: person.id, roles: [] });
    expect((await me(accessToken)).status).toBe(401);
  });

  it('of an account that is gone find nothing', async () => {
    const leaver = await signedIn(app);
    await stores.database.query('DELETE FROM accounts WHERE id = $1', [leaver.id]);
    const { status, body } = await me(leaver.token);
    expect({ status, code: body.code }).toEqual({ status: 404, code: 'account_not_found' });
  });
});
