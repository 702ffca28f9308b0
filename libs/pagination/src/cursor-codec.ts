import { createHmac, timingSafeEqual } from 'node:crypto';

import type { Position, SortValue } from './list.js';
import { InvalidCursorError } from './pagination.errors.js';

export interface CursorCodecOptions {
  /**
   * The first signs cursors, and those that any of them has signed are taken: a new secret is put
   * before the old one, which goes when cursors of its time need not work any more. The same in every
   * replica. At least 32 characters each.
   */
  readonly secrets: readonly [string, ...string[]];
}

/** Another form of what is in a cursor gets another number, and old cursors are refused. */
const VERSION = 2;
const SIGNATURE_BYTES = 16;
const MAX_CURSOR_LENGTH = 1024;
const MIN_SECRET_LENGTH = 32;
const BASE64URL = /^[\w-]+$/;

/**
 * Turns values into a cursor that clients can hand back but neither read meaning into nor make up:
 * base64url of a version byte, a truncated HMAC-SHA-256 (128 bits, RFC 2104) and the values as JSON.
 * The signature covers what the cursor is for, so that one of one list is refused by another.
 */
export class CursorCodec {
  readonly #secrets: CursorCodecOptions['secrets'];

  /** @throws RangeError when a secret is shorter than 32 characters */
  constructor({ secrets }: CursorCodecOptions) {
    if (secrets.some(({ length }) => length < MIN_SECRET_LENGTH)) {
      throw new RangeError(`secrets take at least ${MIN_SECRET_LENGTH} characters each`);
    }
    this.#secrets = secrets;
  }

  /**
   * @param purpose what the cursor is for: it is good for nothing else
   * @throws RangeError for what would not come back as it was: a number that is not finite, an invalid
   *   date, another kind of value, or more than fits into a cursor of 1,024 characters
   */
  encode(purpose: string, values: Position): string {
    const json = Buffer.from(JSON.stringify(values.map(written)));
    const signature = sign(this.#secrets[0], purpose, json);
    const cursor = Buffer.concat([Buffer.of(VERSION), signature, json]).toString('base64url');
    if (cursor.length > MAX_CURSOR_LENGTH) {
      throw new RangeError(
        `The position is too long for a cursor of ${MAX_CURSOR_LENGTH} characters`,
      );
    }
    return cursor;
  }

  /** @throws InvalidCursorError when the cursor was not made by `encode` for this purpose */
  decode(purpose: string, cursor: string): Position {
    if (cursor.length > MAX_CURSOR_LENGTH || !BASE64URL.test(cursor)) {
      throw new InvalidCursorError();
    }
    const bytes = Buffer.from(cursor, 'base64url');
    // The last character has bits to spare: another one there would decode to the same bytes.
    if (bytes.toString('base64url') !== cursor) throw new InvalidCursorError();
    const signature = bytes.subarray(1, 1 + SIGNATURE_BYTES);
    if (bytes[0] !== VERSION || signature.length !== SIGNATURE_BYTES) {
      throw new InvalidCursorError();
    }
    const json = bytes.subarray(1 + SIGNATURE_BYTES);
    const isOurs = this.#secrets.some((secret) =>
      timingSafeEqual(signature, sign(secret, purpose, json)),
    );
    if (!isOurs) throw new InvalidCursorError();
    // Signed by us, so it is what `encode` wrote.
    return (JSON.parse(json.toString()) as Written[]).map(read);
  }
}

function sign(secret: string, purpose: string, json: Buffer): Buffer {
  // The length in front keeps a purpose from running over into the values.
  return createHmac('sha256', secret)
    .update(`${VERSION}:${Buffer.byteLength(purpose)}:${purpose}`)
    .update(json)
    .digest()
    .subarray(0, SIGNATURE_BYTES);
}

/** JSON has neither dates nor integers of any size. */
type Written = string | number | boolean | null | { readonly d: number } | { readonly n: string };

function written(value: SortValue): Written {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return { n: value.toString() };
  // JSON knows no -0, which sorts as 0 does.
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Date && Number.isFinite(value.getTime())) return { d: value.getTime() };
  throw new RangeError(
    'A position takes strings, finite numbers, integers of any size, booleans, dates and null',
  );
}

function read(value: Written): SortValue {
  if (typeof value !== 'object' || value === null) return value;
  return 'd' in value ? new Date(value.d) : BigInt(value.n);
}
