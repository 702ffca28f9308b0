import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

import { parse, stringify } from 'uuid';

/** What a token lets its holder do; one that is for one thing is worthless for another. */
export type TokenPurpose = 'verify_email' | 'change_email' | 'reset_password';

const ID_BYTES = 16;
/** Of a token in text: 16 bytes of id and 32 of HMAC, in base64url. */
export const TOKEN_LENGTH = 64;

/**
 * Makes tokens for mails: the id of a row, and an HMAC-SHA-256 of it and the purpose under a key
 * derived from a secret (HKDF, RFC 5869). Who sends a mail twice sends the same token, without it being
 * written down anywhere; and what was made up is refused before the database is asked.
 */
export class TokenMint {
  readonly #key: Buffer;

  /** @param secret at least 32 random characters */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'trilith users one-time tokens 1', 32));
  }

  /** @param id uuid of the row that stands for the token */
  make(id: string, purpose: TokenPurpose): string {
    const bytes = Buffer.from(parse(id));
    return Buffer.concat([bytes, this.#seal(bytes, purpose)]).toString('base64url');
  }

  /** The row's id; undefined for what {@link make} did not make for this purpose. */
  open(token: string, purpose: TokenPurpose): string | undefined {
    const bytes = Buffer.from(token, 'base64url');
    if (token.length !== TOKEN_LENGTH || bytes.length !== 48) return undefined;
    const id = bytes.subarray(0, ID_BYTES);
    if (!timingSafeEqual(bytes.subarray(ID_BYTES), this.#seal(id, purpose))) return undefined;
    // Any 16 bytes that were sealed are an id of ours: no need to look at version and variant.
    return stringify(id);
  }

  #seal(id: Buffer, purpose: TokenPurpose): Buffer {
    return createHmac('sha256', this.#key).update(id).update(purpose).digest();
  }
}

/** As a token is stored. */
export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
