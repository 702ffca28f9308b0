import { randomUUID } from 'node:crypto';
import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTPayload,
} from 'jose';

/** What the services under test check tokens against. */
export const ISSUER = 'trilith';
export const AUDIENCE = 'trilith-tests';
export const ACCOUNT = '0198c1a0-0000-7000-8000-000000000001';

/** A key pair that signs tokens, and its public half as a key set holds it. */
export interface Signer {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export async function makeSigner(kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return {
    kid,
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' },
  };
}

/** A token that is good, but for what is overridden; a claim of undefined is left out. */
export function signToken(
  { kid, privateKey }: Signer,
  { claims = {}, header = {} }: { claims?: JWTPayload; header?: Record<string, unknown> } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const payload = {
    sub: ACCOUNT,
    roles: ['author'],
    iss: ISSUER,
    aud: AUDIENCE,
    iat: now,
    exp: now + 900,
    jti: randomUUID(),
    ...claims,
  };
  return new SignJWT(payload)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header })
    .sign(privateKey);
}

/** A token of any header and payload, with whatever as signature. */
export function forge(header: unknown, payload: unknown, signature = ''): string {
  const encode = (part: unknown) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
  return `${encode(header)}.${encode(payload)}.${signature}`;
}
