import { createHmac, timingSafeEqual } from 'node:crypto';

import { InvalidCursorError } from './pagination.errors.js';

/** The sort values of the last row of a page, in the list's sort order. */
export type Position = readonly (string | number | null)[];

export interface CursorCodecOptions {
  /** Signs cursors; the same in every replica. At least 32 characters. */
  readonly secret: string;
}

const VERSION = 1;
const SIGNATURE_BYTES = 16;
const MAX_CURSOR_LENGTH = 1024;
const MIN_SECRET_LENGTH = 32;
const BASE64URL = /^[\w-]+$/;

/**
 * Turns the position of a keyset page into a cursor that clients can hand back but neither read
 * meaning into nor make up: base64url of a version byte, a truncated HMAC-SHA-256 (128 bits, RFC
 * 2104) and the position as JSON. The signature covers the list's name, so a cursor of one list is
 * refused by another.
 */
export class CursorCodec {
  readonly #secret: string;

  /** @throws RangeError when the secret is shorter than 32 characters */
  constructor({ secret }: CursorCodecOptions) {
    if (secret.length < MIN_SECRET_LENGTH) {
      throw new RangeError(`secret takes at least ${MIN_SECRET_LENGTH} characters`);
    }
    this.#secret = secret;
  }

  /**
   * @param list names the list and its order, e.g. `posts:newest`
   * @throws RangeError for what would not come back as it was: a number that is not finite, another
   *   kind of value, or more than fits into a cursor of 1,024 characters
   */
  encode(list: string, position: Position): string {
    if (!position.every(isSortValue)) {
      throw new RangeError('A position takes strings, finite numbers and null');
    }
    const json = Buffer.from(JSON.stringify(position));
    const bytes = Buffer.concat([Buffer.of(VERSION), this.#sign(list, json), json]);
    const cursor = bytes.toString('base64url');
    if (cursor.length > MAX_CURSOR_LENGTH) {
      throw new RangeError(
        `The position is too long for a cursor of ${MAX_CURSOR_LENGTH} characters`,
      );
    }
    return cursor;
  }

  /** @throws InvalidCursorError when the cursor was not made by `encode` for this list */
  decode(list: string, cursor: string): Position {
    if (cursor.length > MAX_CURSOR_LENGTH || !BASE64URL.test(cursor))
      throw new InvalidCursorError();
    const bytes = Buffer.from(cursor, 'base64url');
    // The last character has bits to spare: another one there would decode to the same bytes.
    if (bytes.toString('base64url') !== cursor) throw new InvalidCursorError();
    const json = bytes.subarray(1 + SIGNATURE_BYTES);
    const signature = bytes.subarray(1, 1 + SIGNATURE_BYTES);
    if (bytes[0] !== VERSION || signature.length !== SIGNATURE_BYTES)
      throw new InvalidCursorError();
    if (!timingSafeEqual(signature, this.#sign(list, json))) throw new InvalidCursorError();
    // Signed by us, so it is what `encode` wrote.
    return JSON.parse(json.toString()) as Position;
  }

  #sign(list: string, json: Buffer): Buffer {
    // The length in front keeps a name from running over into the position.
    return createHmac('sha256', this.#secret)
      .update(`${VERSION}:${Buffer.byteLength(list)}:${list}`)
      .update(json)
      .digest()
      .subarray(0, SIGNATURE_BYTES);
  }
}

function isSortValue(value: unknown): boolean {
  return value === null || typeof value === 'string' || Number.isFinite(value);
}
