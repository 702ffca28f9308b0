import { Inject, Injectable } from '@nestjs/common';
import { errors, jwtVerify, type CryptoKey, type JWTHeaderParameters } from 'jose';
import { z } from 'zod';
import { AUTH_OPTIONS, type AuthOptions } from './auth.options.js';
import { KeysUnavailableError, TokenExpiredError, TokenInvalidError } from './auth.errors.js';
import type { Caller } from './caller.js';
import { VerifiedTokens } from './verified-tokens.js';

const claimsSchema = z.object({
  sub: z.uuid(),
  roles: z.array(z.string().max(64)).max(32),
  sid: z.uuid().optional(),
  exp: z.number(),
});

/** Longer than any token that is issued; what is longer is not even looked into. */
const LONGEST_TOKEN = 4_096;

/** Clocks of two machines may differ by this much. */
const CLOCK_TOLERANCE_S = 5;

/** Checks access tokens: RFC 9068 tokens signed by EdDSA, offline, with the keys of a source. */
@Injectable()
export class TokenVerifier {
  private readonly verified = new VerifiedTokens();

  constructor(@Inject(AUTH_OPTIONS) private readonly options: AuthOptions) {}

  /**
   * @throws {TokenExpiredError} when it was good once
   * @throws {TokenInvalidError} when it is not one of ours
   * @throws {KeysUnavailableError} when there is no key to check it with so far
   */
  async verify(token: string): Promise<Caller> {
    const known = this.verified.get(token);
    if (known !== undefined) return known;
    if (token.length > LONGEST_TOKEN) throw new TokenInvalidError();
    const { caller, exp } = await this.check(token);
    this.verified.add(token, caller, exp);
    return caller;
  }

  private async check(token: string): Promise<{ caller: Caller; exp: number }> {
    const { issuer, audience } = this.options;
    try {
      const { payload } = await jwtVerify(token, (header) => this.keyFor(header), {
        issuer,
        audience,
        algorithms: ['EdDSA'],
        typ: 'at+jwt',
        requiredClaims: ['sub', 'iat', 'exp', 'jti'],
        clockTolerance: CLOCK_TOLERANCE_S,
      });
      const { sub, roles, sid, exp } = claimsSchema.parse(payload);
      const session = sid === undefined ? {} : { sessionId: sid };
      return { caller: { accountId: sub, roles, ...session }, exp };
    } catch (error) {
      throw explain(error);
    }
  }

  private async keyFor({ kid }: JWTHeaderParameters): Promise<CryptoKey> {
    const key = typeof kid === 'string' ? await this.options.keys.find(kid) : undefined;
    if (key === undefined) throw new TokenInvalidError();
    return key;
  }
}

/** jose checks the signature before the claims, so only a token of ours is told that it expired. */
function explain(error: unknown): Error {
  if (error instanceof KeysUnavailableError || error instanceof TokenInvalidError) return error;
  return error instanceof errors.JWTExpired
    ? new TokenExpiredError(error)
    : new TokenInvalidError(error);
}
