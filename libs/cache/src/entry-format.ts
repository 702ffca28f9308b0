import type { EntryFacts } from './entry.js';

// Position first, as text: scripts put it there. Then:
//   16 created at (float64) · 24 magic · 25 version · 26 codec · 27 flags · 28 fresh until (float64)
//   36 gone at (float64) · 44 [etag: length (uint16), UTF-8] · [tags: count (uint8), each as etag]
//   payload
const POSITION_LENGTH = 16;
const MAGIC = 0xc7;
const VERSION = 1;
const FIXED_LENGTH = 44;

/** The first bytes of a value, which tell it from any other of the same key. */
export const STAMP_LENGTH = 24;

const flag = {
  isUndefined: 1,
  isNull: 2,
  hasGrace: 4,
  hasEtag: 8,
  hasTags: 16,
  isGzip: 32,
  isZstd: 64,
} as const;

export interface FormattedEntry {
  readonly facts: EntryFacts;
  readonly codecId: number;
  readonly compression: 'gzip' | 'zstd' | undefined;
  readonly payload: Uint8Array;
}

/** The text that stands for a position. */
export function positionText(position: number): string {
  return String(position).padStart(POSITION_LENGTH, '0');
}

/** The first bytes of the entry as Redis has it. */
export function stampOf({ position, createdAt }: EntryFacts): Buffer {
  const stamp = Buffer.alloc(STAMP_LENGTH);
  stamp.write(positionText(position), 'latin1');
  stamp.writeDoubleBE(createdAt, POSITION_LENGTH);
  return stamp;
}

/** All of a value on Redis but its position, which the script that writes it puts in front. */
export function formatEntry({ facts, codecId, compression, payload }: FormattedEntry): Buffer {
  const etag = facts.etag === undefined ? undefined : Buffer.from(facts.etag);
  const tags = facts.tags.map((tag) => Buffer.from(tag));
  const etagLength = etag ? 2 + etag.length : 0;
  const tagsLength = tags.length > 0 ? tags.reduce((sum, tag) => sum + 2 + tag.length, 1) : 0;
  const length = FIXED_LENGTH - POSITION_LENGTH + etagLength + tagsLength + payload.length;
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeDoubleBE(facts.createdAt, 0);
  bytes[8] = MAGIC;
  bytes[9] = VERSION;
  bytes[10] = codecId;
  bytes[11] =
    (facts.absence === 'undefined' ? flag.isUndefined : 0) |
    (facts.absence === 'null' ? flag.isNull : 0) |
    (facts.hasGrace ? flag.hasGrace : 0) |
    (etag ? flag.hasEtag : 0) |
    (tags.length > 0 ? flag.hasTags : 0) |
    (compression === 'gzip' ? flag.isGzip : 0) |
    (compression === 'zstd' ? flag.isZstd : 0);
  bytes.writeDoubleBE(facts.freshUntil, 12);
  bytes.writeDoubleBE(facts.goneAt, 20);
  let at = FIXED_LENGTH - POSITION_LENGTH;
  if (etag) at = writeText(bytes, etag, at);
  if (tags.length > 0) {
    bytes[at] = tags.length;
    at = tags.reduce((next, tag) => writeText(bytes, tag, next), at + 1);
  }
  bytes.set(payload, at);
  return bytes;
}

/** What was written by {@link formatEntry}, or undefined when it is foreign, damaged or cut short. */
export function parseEntry(bytes: Buffer): FormattedEntry | undefined {
  if (bytes.length < FIXED_LENGTH || bytes[24] !== MAGIC || bytes[25] !== VERSION) return undefined;
  const position = positionIn(bytes);
  if (position === undefined) return undefined;
  const flags = bytes[27] ?? 0;
  let at = FIXED_LENGTH;
  let etag: string | undefined;
  let tags: readonly string[] = noTags;
  if ((flags & (flag.hasEtag | flag.hasTags)) !== 0) {
    try {
      ({ etag, tags, at } = readTexts(bytes, flags));
    } catch {
      // It ends in the middle of a text.
      return undefined;
    }
  }
  return {
    facts: {
      position,
      createdAt: bytes.readDoubleBE(16),
      freshUntil: bytes.readDoubleBE(28),
      goneAt: bytes.readDoubleBE(36),
      hasGrace: (flags & flag.hasGrace) !== 0,
      tags,
      etag,
      absence: absenceOf(flags),
    },
    codecId: bytes[26] ?? 0,
    compression: compressionOf(flags),
    payload: bytes.subarray(at),
  };
}

const noTags: readonly string[] = Object.freeze([]);

/** Digit by digit: a text made of them first costs as much as all the rest. */
function positionIn(bytes: Buffer): number | undefined {
  let position = 0;
  for (let at = 0; at < POSITION_LENGTH; at += 1) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return undefined;
    position = position * 10 + digit;
  }
  return Number.isSafeInteger(position) ? position : undefined;
}

function absenceOf(flags: number): EntryFacts['absence'] {
  if ((flags & flag.isUndefined) !== 0) return 'undefined';
  return (flags & flag.isNull) === 0 ? undefined : 'null';
}

function compressionOf(flags: number): FormattedEntry['compression'] {
  if ((flags & flag.isGzip) !== 0) return 'gzip';
  return (flags & flag.isZstd) === 0 ? undefined : 'zstd';
}

function writeText(bytes: Buffer, text: Buffer, at: number): number {
  bytes.writeUInt16BE(text.length, at);
  bytes.set(text, at + 2);
  return at + 2 + text.length;
}

/** @throws {RangeError} */
function readTexts(bytes: Buffer, flags: number) {
  let at = FIXED_LENGTH;
  const next = (): string => {
    const start = at + 2;
    at = start + bytes.readUInt16BE(at);
    if (at > bytes.length) throw new RangeError('cut short');
    return bytes.toString('utf8', start, at);
  };
  const etag = (flags & flag.hasEtag) === 0 ? undefined : next();
  if ((flags & flag.hasTags) === 0) return { etag, tags: noTags, at };
  const count = bytes.readUInt8(at);
  at += 1;
  const tags = Array.from({ length: count }, next);
  return { etag, tags, at };
}
