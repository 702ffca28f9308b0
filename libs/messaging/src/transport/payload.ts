import type { StandardSchemaV1 } from '@standard-schema/spec';

import type { MessageHandler } from '@nestjs/microservices';

import {
  InvalidPayloadError,
  type PayloadProblem,
  PayloadTooLargeError,
} from '../messaging.errors.js';
import type { Message } from './message.js';
import { schemaOf } from './message.decorators.js';
import { type PayloadCodec, jsonCodec } from './payload-codec.js';

/**
 * What a schema makes of a payload: defaults filled in, values coerced.
 *
 * @throws {InvalidPayloadError} when the payload does not fit.
 */
export async function checkPayload<Schema extends StandardSchemaV1>(
  topic: string,
  schema: Schema,
  payload: unknown,
): Promise<StandardSchemaV1.InferOutput<Schema>> {
  const checked = schema['~standard'].validate(payload);
  const result = checked instanceof Promise ? await checked : checked;
  if (result.issues === undefined) return result.value;
  throw new InvalidPayloadError(topic, result.issues.map(toProblem));
}

/** Whose payload, what writes it, and the bytes that it may take then. */
export interface PayloadBound {
  readonly topic: string;
  readonly codec: PayloadCodec;
  readonly maxPayloadBytes: number;
}

/**
 * Starts a payload that is not JSON, which never begins like that: `#<codec>:<text>`. So it says
 * itself what wrote it wherever it goes, and JSON costs nothing.
 */
const MARK = '#';

/**
 * A payload as it travels. What JSON does not know is null.
 *
 * Bytes travel as base64: a third more of them in Redis, and all that reads, moves and answers goes
 * on working with text: docs/adr/0003-payload-codecs.md has what was measured.
 *
 * @throws {InvalidPayloadError} when the codec cannot write it.
 * @throws {PayloadTooLargeError}
 */
export function writePayload(payload: unknown, bound: PayloadBound): string {
  const { codec } = bound;
  const encoded = encode(payload, bound);
  if (typeof encoded !== 'string' || !fitsSurely(encoded, bound)) requireFit(encoded, bound);
  if (codec === jsonCodec && typeof encoded === 'string') return encoded;
  const text = typeof encoded === 'string' ? encoded : encoded.toString('base64');
  return `${MARK}${codec.name}:${text}`;
}

function encode(payload: unknown, { codec, topic }: PayloadBound): string | Buffer {
  try {
    const encoded = codec.encode(payload);
    if (typeof encoded === 'string') return encoded;
    return Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  } catch (cause) {
    const message = `cannot be written as ${codec.name}: ${String(cause)}`;
    throw new InvalidPayloadError(topic, [{ path: '', message }], { cause });
  }
}

/**
 * Checks a payload that is part of a text: where all of that fits, it need not be written again.
 *
 * @throws {PayloadTooLargeError}
 */
export function requireSize(payload: unknown, text: string, bound: PayloadBound): void {
  if (!fitsSurely(text, bound)) writePayload(payload, bound);
}

/** No character takes more than three bytes for each of its UTF-16 units: most need no counting. */
function fitsSurely(text: string, { maxPayloadBytes }: PayloadBound): boolean {
  return text.length * 3 <= maxPayloadBytes;
}

function requireFit(encoded: string | Buffer, { topic, maxPayloadBytes: bound }: PayloadBound) {
  const size = Buffer.byteLength(encoded);
  if (size > bound) throw new PayloadTooLargeError(topic, { size, bound });
}

/** Whether a payload, as it travels, is JSON. */
export function isJson(payload: string): boolean {
  return !payload.startsWith(MARK);
}

/** A payload apart from what says how it was written. */
export interface EncodedPayload {
  /** The codec's name. */
  readonly codec: string;
  /** The codec's text, or its bytes in base64. */
  readonly text: string;
}

/** Takes apart a payload as it travels. */
export function partsOf(payload: string): EncodedPayload {
  if (isJson(payload)) return { codec: jsonCodec.name, text: payload };
  const end = payload.indexOf(':');
  if (end < 0) return { codec: payload.slice(MARK.length), text: '' };
  return { codec: payload.slice(MARK.length, end), text: payload.slice(end + 1) };
}

/** What wrote a payload, where that is known. */
export function codecOf(
  payload: string,
  codecs: readonly PayloadCodec[],
): PayloadCodec | undefined {
  return isJson(payload) ? jsonCodec : named(partsOf(payload).codec, codecs);
}

function named(name: string, codecs: readonly PayloadCodec[]): PayloadCodec | undefined {
  for (const codec of codecs) if (codec.name === name) return codec;
  return undefined;
}

/**
 * What handlers are given of a payload.
 *
 * @throws {InvalidPayloadError} when its codec is none of these, or did not write it.
 */
export function readPayload(
  topic: string,
  { codec: name, text }: EncodedPayload,
  codecs: readonly PayloadCodec[],
): unknown {
  const codec = named(name, codecs);
  if (codec === undefined) throw unknownCodec(topic, name, codecs);
  try {
    return codec.format === 'text' ? codec.decode(text) : codec.decode(bytesOf(text));
  } catch (cause) {
    // What the codec says may quote the payload, which is not for logs and callers.
    const message = `cannot be read as ${name}`;
    throw new InvalidPayloadError(topic, [{ path: '', message }], { cause });
  }
}

/** Node passes over what is not base64: then there are fewer bytes than there should be. */
function bytesOf(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='));
  if (bytes.length === (base64.length / 4) * 3 - padding) return bytes;
  throw new TypeError('is not base64');
}

const longestName = 64;

function unknownCodec(topic: string, name: string, codecs: readonly PayloadCodec[]) {
  const shown = JSON.stringify(name.slice(0, longestName));
  const known = codecs.map((codec) => codec.name).join(', ');
  const message = `is written with the codec ${shown}; known here: ${known}`;
  return new InvalidPayloadError(topic, [{ path: '', message }]);
}

/**
 * A message's payload as its handler should see it; a promise of it where a schema has to look first.
 *
 * @throws {InvalidPayloadError}
 */
export function payloadFor(
  handler: MessageHandler,
  message: Message,
  codecs: readonly PayloadCodec[],
): unknown {
  const payload = readPayload(message.topic, partsOf(message.payload), codecs);
  const schema = schemaOf(handler.extras);
  return schema ? checkPayload(message.topic, schema, payload) : payload;
}

function toProblem({ path = [], message }: StandardSchemaV1.Issue): PayloadProblem {
  const steps = path.map((step) => String(typeof step === 'object' ? step.key : step));
  return { path: steps.join('.'), message };
}
