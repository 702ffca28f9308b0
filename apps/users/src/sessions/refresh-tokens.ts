import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

import { parse as parseUuid, stringify as toUuid } from 'uuid';

const SESSION_BYTES = 16;
const SECRET_BYTES = 24;
const MAC_BYTES = 16;
const TOKEN = /^[\w-]{75}$/;

/** A refresh token that was made here, whether or not it is still good. */
export interface PresentedToken {
  readonly sessionId: string;
  /** SHA-256 of the token, which is all that is stored of it. */
  readonly hash: Buffer;
}

/** A new refresh token: `token` is for the client alone. */
export interface MadeToken extends PresentedToken {
  readonly token: string;
}

/**
 * Makes and reads refresh tokens: the session's id, 192 random bits, and a code that proves that the
 * token was made here (HMAC-SHA-256, cut to 128 bits, under a key derived from a secret by HKDF). By
 * the code a token of long ago is known as one without a record of each, and made-up ones neither
 * reach the database nor end anybody's session.
 */
export class RefreshTokens {
  readonly #key: Uint8Array;

  /** @param secret at least 32 random characters */
  constructor(secret: string) {
    const info = 'trilith users refresh tokens 1';
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', info, 32));
  }

  make(sessionId: string): MadeToken {
    const body = Buffer.concat([parseUuid(sessionId), randomBytes(SECRET_BYTES)]);
    const token = Buffer.concat([body, this.#codeOf(body)]).toString('base64url');
    return { sessionId, token, hash: hashOf(token) };
  }

  /** Undefined for what was never made here. */
  read(token: string): PresentedToken | undefined {
    if (!TOKEN.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const body = bytes.subarray(0, SESSION_BYTES + SECRET_BYTES);
    if (!timingSafeEqual(bytes.subarray(body.length), this.#codeOf(body))) return undefined;
    // Two spellings of one token, which differ in bits that mean nothing, are one token.
    const hash = hashOf(bytes.toString('base64url'));
    return { sessionId: toUuid(body.subarray(0, SESSION_BYTES)), hash };
  }

  #codeOf(body: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(body).digest().subarray(0, MAC_BYTES);
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
