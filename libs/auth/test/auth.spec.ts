import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NotesService } from './notes-service.js';
import { ACCOUNT, AUDIENCE, signToken, type Signer } from './tokens.js';

let notes: NotesService;
let signer: Signer;

beforeAll(async () => {
  notes = await NotesService.start();
  ({ signer } = notes);
});
afterAll(() => notes.close());

const ask = async (path: string, authorization?: string) => notes.ask(path, authorization);

describe('a caller with a good token', () => {
  it('should be known by account and roles', async () => {
    const { status, body } = await ask('/v1/mine', `Bearer ${await signToken(signer)}`);

    expect({ status, body }).toEqual({
      status: 200,
      body: { accountId: ACCOUNT, roles: ['author'] },
    });
  });

  it('should be known where a caller is optional', async () => {
    const { body } = await ask('/v1/public', `bearer ${await signToken(signer)}`);

    expect(body).toEqual({ caller: ACCOUNT });
  });

  it('should need one of the roles that a route asks for', async () => {
    const askAs = async (...roles: string[]) => {
      const token = await signToken(signer, { claims: { roles } });
      return ask('/v1/moderated', `Bearer ${token}`);
    };

    expect(await askAs('author')).toMatchObject({ status: 403, body: { code: 'role_missing' } });
    expect(await askAs('author', 'admin')).toMatchObject({ status: 200 });
  });

  it('should have the signature checked once for many requests', async () => {
    const token = await signToken(signer);
    notes.lookUps = 0;
    for (let round = 0; round < 5; round += 1) await ask('/v1/mine', `Bearer ${token}`);

    expect(notes.lookUps).toBe(1);
  });

  it('should be let in with one of several audiences', async () => {
    const token = await signToken(signer, { claims: { aud: ['others', AUDIENCE] } });

    expect((await ask('/v1/mine', `Bearer ${token}`)).status).toBe(200);
  });
});

describe('a caller without a token', () => {
  it.each([
    ['no header', undefined],
    ['another scheme', 'Basic bWU6c2VjcmV0'],
    ['a scheme alone', 'Bearer'],
    ['a scheme and spaces', 'Bearer   '],
  ])('should be told to sign in: %s', async (_what, authorization) => {
    expect(await ask('/v1/mine', authorization)).toMatchObject({
      status: 401,
      type: expect.stringMatching(/^application\/problem\+json/),
      challenge: 'Bearer',
      body: { code: 'token_missing' },
    });
  });

  it('should pass where a caller is optional', async () => {
    expect(await ask('/v1/public')).toMatchObject({ status: 200, body: { caller: 'nobody' } });
  });

  it.each(['Basic bWU6c2VjcmV0', 'Bearer', 'nonsense'])(
    'should not pass as nobody with credentials of another kind: %j',
    async (authorization) => {
      expect((await ask('/v1/public', authorization)).status).toBe(401);
    },
  );

  it.each(['Bearer two words', 'Bearer <token>', 'Bearer a=b'])(
    'should be told that what it sent is no token: %j',
    async (authorization) => {
      const refused = { status: 401, body: { code: 'token_invalid' } };
      expect(await ask('/v1/mine', authorization)).toMatchObject(refused);
      expect(await ask('/v1/public', authorization)).toMatchObject(refused);
    },
  );

  it('should be asked for one by a controller, unless a route of it says otherwise', async () => {
    expect((await ask('/v1/drafts')).status).toBe(401);
    expect((await ask('/v1/drafts/preview')).status).toBe(200);
  });
});

describe('an expired token', () => {
  const expired = () => {
    const now = Math.floor(Date.now() / 1_000);
    return signToken(signer, { claims: { iat: now - 1_000, exp: now - 100 } });
  };

  it('should be told from a bad one, so that the caller can sign in again', async () => {
    expect(await ask('/v1/mine', `Bearer ${await expired()}`)).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('error="invalid_token"'),
      body: { code: 'token_expired' },
    });
  });

  it('should not pass where a caller is optional either', async () => {
    expect((await ask('/v1/public', `Bearer ${await expired()}`)).status).toBe(401);
  });
});

describe('the OpenAPI document', () => {
  it('should say which routes take an access token', async () => {
    const document = (await (await fetch(`${notes.url}/openapi.json`)).json()) as {
      components: { securitySchemes: object };
      paths: Record<string, { get: { security?: object[] } }>;
    };

    expect(document.paths['/v1/mine']?.get.security).toEqual([{ accessToken: [] }]);
    expect(document.components.securitySchemes).toMatchObject({
      accessToken: { type: 'http', scheme: 'bearer' },
    });
  });
});
