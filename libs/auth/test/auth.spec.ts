import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { loadConfig } from '@trilith/config';
import { createService, serviceEnvironment, serviceSettings } from '@trilith/service';
import { z } from 'zod';
import {
  Authenticated,
  AuthModule,
  Caller,
  OptionallyAuthenticated,
  staticKeys,
  type KeySource,
} from '../src/index.js';
import { ACCOUNT, AUDIENCE, forge, ISSUER, makeSigner, signToken, type Signer } from './tokens.js';

@Controller('v1')
class NotesController {
  @Get('mine')
  @Authenticated()
  mine(@Caller() caller: Caller) {
    return caller;
  }

  @Get('public')
  @OptionallyAuthenticated()
  public(@Caller() caller: Caller | undefined) {
    return { caller: caller?.accountId ?? 'nobody' };
  }

  @Get('moderated')
  @Authenticated('moderator', 'admin')
  moderated() {
    return { done: true };
  }
}

/** A whole controller may ask for a caller, and one of its routes for less. */
@Controller('v1/drafts')
@Authenticated()
class DraftsController {
  @Get()
  all() {
    return { done: true };
  }

  @Get('preview')
  @OptionallyAuthenticated()
  preview() {
    return { done: true };
  }
}

@Module({ controllers: [NotesController, DraftsController] })
class NotesModule {}

let lookUps = 0;

function counted(keys: KeySource): KeySource {
  return {
    find: (kid) => {
      lookUps += 1;
      return keys.find(kid);
    },
  };
}

const config = z.object(serviceEnvironment).transform((env) => ({ service: serviceSettings(env) }));

let signer: Signer;
let url: string;
let close: () => Promise<void>;
const log: string[] = [];

beforeAll(async () => {
  signer = await makeSigner('key-1');
  const auth = AuthModule.forRoot({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys: counted(staticKeys({ keys: [signer.jwk] })),
  });
  const app = await createService(
    {
      name: 'notes',
      description: 'Notes.',
      config,
      module: () => ({ module: NotesModule, imports: [auth] }),
    },
    loadConfig(config, { LOG_FORMAT: 'json' }),
    { logTo: { write: (line) => void log.push(line) } },
  );
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  close = () => app.close();
});
afterAll(() => close());

async function ask(path: string, authorization?: string) {
  const response = await fetch(url + path, authorization ? { headers: { authorization } } : {});
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    challenge: response.headers.get('www-authenticate'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

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
    lookUps = 0;
    for (let round = 0; round < 5; round += 1) await ask('/v1/mine', `Bearer ${token}`);

    expect(lookUps).toBe(1);
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

describe('a bad token', () => {
  const header = { alg: 'EdDSA', typ: 'at+jwt', kid: 'key-1' };
  const claims = {
    sub: ACCOUNT,
    roles: [],
    iss: ISSUER,
    aud: AUDIENCE,
    iat: 1,
    exp: 9e9,
    jti: 'a',
  };

  const bad: Record<string, () => Promise<string> | string> = {
    'no token at all': () => 'garbage',
    'two parts': () => 'a.b',
    'empty parts': () => '..',
    'a header that is no JSON': () => forge('{', claims),
    'a header that is null': () => forge('null', claims),
    'a deep header': () => forge('['.repeat(2_000), claims),
    'odd characters': () => 'a.b.\u00e9 "x"',
    'far too long': () => `a.${'b'.repeat(9_000)}.c`,
    'no signature': () => forge(header, claims),
    'alg none': () => forge({ ...header, alg: 'none' }, claims),
    'a signature of zeros': () => forge(header, claims, 'A'.repeat(86)),
    "the public key as another algorithm's secret": () => {
      const signed = forge({ ...header, alg: 'HS256' }, claims).slice(0, -1);
      const mac = createHmac('sha256', String(signer.jwk.x)).update(signed).digest('base64url');
      return `${signed}.${mac}`;
    },
    'a payload that was changed': async () => {
      const [head, , signature] = (await signToken(signer)).split('.');
      const payload = Buffer.from(JSON.stringify({ ...claims, roles: ['admin'] }));
      return [head, payload.toString('base64url'), signature].join('.');
    },
    "another's key under our key's id": async () => signToken(await makeSigner('key-1')),
    "another's key that the header brings along": async () => {
      const other = await makeSigner('key-2');
      return signToken(other, { header: { jwk: other.jwk } });
    },
    'an unknown key id': async () => signToken(await makeSigner('key-9')),
    'a prototype key as key id': () => signToken({ ...signer, kid: '__proto__' }),
    'no key id': () => signToken(signer, { header: { kid: undefined } }),
    'a key id that is no text': () => forge({ ...header, kid: { a: 1 } }, claims, 'AAAA'),
    'another type of token': () => signToken(signer, { header: { typ: 'JWT' } }),
    'another audience': () => signToken(signer, { claims: { aud: 'others' } }),
    'another issuer': () => signToken(signer, { claims: { iss: 'others' } }),
    'no end': () => signToken(signer, { claims: { exp: undefined } }),
    'a later begin': () => signToken(signer, { claims: { nbf: 9e9 } }),
    'no subject': () => signToken(signer, { claims: { sub: undefined } }),
    'a subject that is no account id': () => signToken(signer, { claims: { sub: "1' OR 1=1" } }),
    'no roles': () => signToken(signer, { claims: { roles: undefined } }),
    'roles that are no list': () => signToken(signer, { claims: { roles: 'admin' } }),
    'expired and forged': async () => signToken(await makeSigner('key-1'), { claims: { exp: 1 } }),
  };

  it.each(Object.keys(bad))('should be refused without saying why: %s', async (what) => {
    const token = await bad[what]?.();
    const authorization = Buffer.from(`Bearer ${token}`).toString('latin1');

    for (const path of ['/v1/mine', '/v1/public']) {
      expect(await ask(path, authorization)).toMatchObject({
        status: 401,
        type: expect.stringMatching(/^application\/problem\+json/),
        challenge:
          'Bearer error="invalid_token", error_description="The access token is not valid"',
        body: { code: 'token_invalid', detail: 'The access token is not valid.' },
      });
    }
  });

  it('should be no reason to log an error', () => {
    const levels = log.map((line) => (JSON.parse(line) as { level: string }).level);

    expect(new Set(levels)).toEqual(new Set(['info']));
  });
});

describe('the OpenAPI document', () => {
  it('should say which routes take an access token', async () => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
      components: { securitySchemes: object };
      paths: Record<string, { get: { security?: object[] } }>;
    };

    expect(document.paths['/v1/mine']?.get.security).toEqual([{ accessToken: [] }]);
    expect(document.components.securitySchemes).toMatchObject({
      accessToken: { type: 'http', scheme: 'bearer' },
    });
  });
});
