import { SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';

import { KeyRing } from '../signing-keys/key-ring.js';

/** What every access token says, and how long it lives. */
export interface AccessTokenOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly ttlMs: number;
}

/** A signed access token and its life in seconds. */
export interface AccessToken {
  readonly accessToken: string;
  readonly expiresIn: number;
}

/** Signs access tokens (RFC 9068, EdDSA), which every service verifies by itself. */
export class AccessTokens {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly options: AccessTokenOptions,
  ) {}

  /** @param session the session that the token belongs to, told as `sid` */
  async issue({
    accountId,
    roles,
    sessionId,
  }: {
    accountId: string;
    roles: string[];
    sessionId?: string;
  }): Promise<AccessToken> {
    const { issuer, audience, ttlMs } = this.options;
    const { kid, privateKey } = await this.keyRing.signing();
    const expiresIn = Math.floor(ttlMs / 1000);
    const issuedAt = Math.floor(Date.now() / 1000);
    const accessToken = await new SignJWT({
      roles,
      ...(sessionId !== undefined && { sid: sessionId }),
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
      .setSubject(accountId)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + expiresIn)
      .setJti(uuidv7())
      .sign(privateKey);
    return { accessToken, expiresIn };
  }
}
