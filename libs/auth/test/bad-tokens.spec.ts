import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NotesService } from './notes-service.js';
import { ACCOUNT, AUDIENCE, forge, ISSUER, makeSigner, signToken, type Signer } from './tokens.js';

let notes: NotesService;
let signer: Signer;

beforeAll(async () => {
  notes = await NotesService.start();
  ({ signer } = notes);
});
afterAll(() => notes.close());

const ask = async (path: string, authorization?: string) => notes.ask(path, authorization);

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
    const levels = notes.log.map((line) => (JSON.parse(line) as { level: string }).level);

    expect(new Set(levels)).toEqual(new Set(['info']));
  });
});
