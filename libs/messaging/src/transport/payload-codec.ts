import { MessagingOptionError } from '../messaging.errors.js';

interface NamedCodec {
  /** Named in each message that it wrote: letters, digits, and any of _ . + -; never `json`. */
  readonly name: string;
}

/** Writes payloads as text. See {@link PayloadCodec}. */
export interface TextCodec extends NamedCodec {
  readonly format: 'text';
  encode(payload: unknown): string;
  decode(text: string): unknown;
}

/** Writes payloads as bytes. See {@link PayloadCodec}. */
export interface BinaryCodec extends NamedCodec {
  readonly format: 'binary';
  encode(payload: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/**
 * Makes what travels of a payload, and the payload of what arrived. `encode` takes whatever JSON can
 * hold, and more if it likes; it throws on what it cannot write. `decode` is given what lies in Redis,
 * whoever put it there: on what `encode` never made it throws, and soon.
 */
export type PayloadCodec = TextCodec | BinaryCodec;

/** JSON, which every service writes unless told otherwise, and reads in any case. */
export const jsonCodec: TextCodec = {
  name: 'json',
  format: 'text',
  // What JSON does not know at all is null.
  encode: (payload) => JSON.stringify(payload ?? null) ?? 'null',
  decode: (text) => JSON.parse(text),
};

/** Whether it has all that a codec must have, and a name that can travel. */
export function isPayloadCodec(value: unknown): value is PayloadCodec {
  const { name, format, encode, decode } = (value ?? {}) as Partial<PayloadCodec>;
  if (typeof name !== 'string' || !/^[\w.+-]+$/.test(name)) return false;
  if (name === jsonCodec.name && value !== jsonCodec) return false;
  if (format !== 'text' && format !== 'binary') return false;
  return typeof encode === 'function' && typeof decode === 'function';
}

/** All that a service can read: JSON, what it writes, and what else it knows. @throws {MessagingOptionError} */
export function readableCodecs(
  codec: PayloadCodec,
  codecs: readonly PayloadCodec[],
): readonly PayloadCodec[] {
  requireCodec('codec', codec);
  for (const known of codecs) requireCodec('codecs', known);
  const readable = [...new Set([jsonCodec, codec, ...codecs])];
  const twice = readable.find(({ name }, index) =>
    readable.slice(0, index).some((other) => other.name === name),
  );
  if (twice) throw new MessagingOptionError('codecs', twice.name, 'one codec of each name');
  return readable;
}

function requireCodec(option: string, value: unknown): void {
  if (isPayloadCodec(value)) return;
  const takes = "a codec: name (not 'json'), format ('text' or 'binary'), encode and decode";
  throw new MessagingOptionError(option, value, takes);
}
