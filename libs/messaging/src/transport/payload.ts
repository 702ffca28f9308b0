import type { StandardSchemaV1 } from '@standard-schema/spec';

import type { MessageHandler } from '@nestjs/microservices';

import {
  InvalidPayloadError,
  type PayloadProblem,
  PayloadTooLargeError,
} from '../messaging.errors.js';
import type { Message } from './message.js';
import { schemaOf } from './message.decorators.js';

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

/** Whose payload, and the bytes that it may take. */
export interface PayloadBound {
  readonly topic: string;
  readonly maxPayloadBytes: number;
}

/**
 * A payload as it travels. What JSON does not know is null.
 *
 * @throws {PayloadTooLargeError}
 */
export function writePayload(payload: unknown, bound: PayloadBound): string {
  const text = JSON.stringify(payload ?? null);
  if (fitsSurely(text, bound)) return text;
  const size = Buffer.byteLength(text);
  if (size <= bound.maxPayloadBytes) return text;
  throw new PayloadTooLargeError(bound.topic, { size, bound: bound.maxPayloadBytes });
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

/** @throws {InvalidPayloadError} when the text is not JSON. */
function parsePayload(topic: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidPayloadError(topic, [{ path: '', message: 'is not JSON' }]);
  }
}

/**
 * A message's payload as its handler should see it.
 *
 * @throws {InvalidPayloadError}
 */
export async function payloadFor(handler: MessageHandler, message: Message): Promise<unknown> {
  const payload = parsePayload(message.topic, message.payload);
  const schema = schemaOf(handler.extras);
  return schema ? checkPayload(message.topic, schema, payload) : payload;
}

function toProblem({ path = [], message }: StandardSchemaV1.Issue): PayloadProblem {
  const steps = path.map((step) => String(typeof step === 'object' ? step.key : step));
  return { path: steps.join('.'), message };
}
