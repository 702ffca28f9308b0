import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

import { AccessTokens } from '../src/sessions/access-tokens.js';
import { KeyRing } from '../src/signing-keys/key-ring.js';
import { type Held, outcome, refresh, signedUp, signIn } from './session-story.js';
import { call, type CallOptions, openStores, startUsers, type Stores } from './users-app.js';

type Method = Parameters<typeof call>[1];
type Document = {
  paths: Record<
    string,
    Record<string, { security?: object[]; requestBody?: { content: Record<string, object> } }>
  >;
};
interface Route {
  readonly method: Method;
  readonly url: string;
  readonly isSecured: boolean;
  /** The media type of the body, if it takes one. */
  readonly type: string | undefined;
}

const TRILITH = { issuer: 'trilith', audience: 'trilith', ttlMs: 60_000 };
const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part = '') =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;

describe('access', () => {
  let stores: Stores;
  let app: NestFastifyApplication;
  let routes: Route[];
  let owner: Held;
  let stranger: Held;

  const send = ({ method, url, type }: Route, options: CallOptions = {}) =>
    call(app, method, url, {
      ...options,
      ...(type !== undefined && { json: {}, headers: { 'content-type': type } }),
    });
  const secured = () => routes.filter(({ isSecured }) => isSecured);
  const issue = (options: Partial<typeof TRILITH>) =>
    new AccessTokens(app.get(KeyRing), { ...TRILITH, ...options })
      .issue({ accountId: owner.accountId, roles: ['admin'], sessionId: owner.sessionId })
      .then(({ accessToken }) => accessToken);
  const parts = () => owner.accessToken.split('.') as [string, string, string];

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    owner = await signIn(app, await signedUp(app));
    stranger = await signIn(app, await signedUp(app));
    const { paths } = (await call(app, 'GET', '/openapi.json')).body as unknown as Document;
    routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security = [], requestBody }]) => ({
        method: method.toUpperCase() as Method,
        url: path.replaceAll(/\{\w+\}/g, NOBODY),
        isSecured: security.length > 0,
        type: Object.keys(requestBody?.content ?? {})[0],
      })),
    );
  });

  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  it('is asked for by every route about the own account, and about sessions but their beginning', () => {
    const open = routes.filter(({ isSecured }) => !isSecured).map(({ url }) => url);
    expect(secured().length).toBeGreaterThan(10);
    expect(open.filter((url) => /\/me\b|\/current|\/others|\/reports/.test(url))).toEqual([]);
  });

  it('is refused by each of them to who has no token', async () => {
    for (const route of secured()) {
      const { method, url } = route;
      const answer = await send(route);
      expect({ method, url, outcome: outcome(answer) }).toEqual({
        method,
        url,
        outcome: '401 token_missing',
      });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  const bad: [string, () => string | Promise<string>, string][] = [
    ['an expired one', () => issue({ ttlMs: -60_000 }), 'token_expired'],
    ['one for another audience', () => issue({ audience: 'somebody-else' }), 'token_invalid'],
    ['one of another issuer', () => issue({ issuer: 'somebody-else' }), 'token_invalid'],
    [
      'one without an algorithm',
      () => {
        const [header, claims] = parts();
        return `${encode({ ...decode(header), alg: 'none' })}.${claims}.`;
      },
      'token_invalid',
    ],
    [
      'one that was changed',
      () => {
        const [header, claims, signature] = parts();
        return `${header}.${encode({ ...decode(claims), sub: stranger.accountId })}.${signature}`;
      },
      'token_invalid',
    ],
    [
      'one that somebody else signed',
      async () => {
        const [header, claims] = parts();
        const { privateKey, publicKey } = await generateKeyPair('EdDSA');
        return new SignJWT(decode(claims))
          .setProtectedHeader({ ...decode(header), alg: 'EdDSA', jwk: await exportJWK(publicKey) })
          .sign(privateKey);
      },
      'token_invalid',
    ],
    [
      'one signed by HMAC under the public key',
      () => {
        const [header, claims] = parts();
        const [key] = app.get(KeyRing).published.keys;
        return new SignJWT(decode(claims))
          .setProtectedHeader({ ...decode(header), alg: 'HS256' })
          .sign(Buffer.from(String(key?.x), 'base64url'));
      },
      'token_invalid',
    ],
    ['a refresh token', () => owner.refreshToken, 'token_invalid'],
  ];

  it.each(bad)('is refused by each of them to who has %s', async (_title, make, code) => {
    const token = await make();
    for (const route of secured()) {
      const { method, url } = route;
      expect({ method, url, outcome: outcome(await send(route, { token })) }).toEqual({
        method,
        url,
        outcome: `401 ${code}`,
      });
    }
  });

  it('to sessions of somebody else is no access, whoever asks', async () => {
    const admin = await signedUp(app);
    await stores.database.query("UPDATE accounts SET role = 'admin' WHERE id = $1", [admin.id]);
    const { accessToken } = await signIn(app, admin);
    for (const token of [stranger.accessToken, accessToken]) {
      const ended = await call(app, 'DELETE', `/v1/sessions/${owner.sessionId}`, { token });
      expect(outcome(ended)).toBe('404 session_not_found');
      const listed = await call(app, 'GET', '/v1/sessions', { token });
      expect(JSON.stringify(listed.body)).not.toContain(owner.sessionId);
      await call(app, 'DELETE', '/v1/sessions/others', { token });
    }
    const { rows } = await stores.database.query('SELECT FROM sessions WHERE id = $1', [
      owner.sessionId,
    ]);
    expect(rows).toHaveLength(1);
  });

  it('of one account to the routes of another is told by the token alone', async () => {
    const foreign = { accountId: owner.accountId, sessionId: owner.sessionId };
    for (const more of [
      foreign,
      { role: 'admin' },
      { roles: ['admin'] },
      { sub: owner.accountId },
    ]) {
      const json = { refreshToken: stranger.refreshToken, ...more };
      expect(outcome(await call(app, 'POST', '/v1/sessions/refresh', { json }))).toBe(
        '400 validation_failed',
      );
    }
    const { body } = await refresh(app, stranger.refreshToken);
    expect(body.accountId).toBe(stranger.accountId);
  });

  it('tells nothing of another account by any answer', async () => {
    const { body } = await call(app, 'GET', '/v1/sessions', { token: stranger.accessToken });
    expect(Object.keys((body.items as object[])[0] ?? {}).toSorted()).toEqual([
      'address',
      'createdAt',
      'device',
      'expiresAt',
      'id',
      'isCurrent',
      'lastSeenAt',
    ]);
  });
});
