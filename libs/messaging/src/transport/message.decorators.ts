import type { StandardSchemaV1 } from '@standard-schema/spec';
import { EventPattern, MessagePattern } from '@nestjs/microservices';

import { redisStreams } from './transport-id.js';

/** A message's name and the schema of its payload. */
export interface MessageContract {
  readonly name: string;
  readonly schema: StandardSchemaV1;
}

/** Where a handler's messages come from. */
export interface HandlerOptions {
  /** The `name` of the one connection that it is for. Default: every connection. */
  readonly connection?: string;
}

/** Fits a method whose first parameter is the contract's payload, as its schema gives it. */
type HandlerDecorator<Contract extends MessageContract> = <
  Handler extends (
    payload: StandardSchemaV1.InferOutput<Contract['schema']>,
    ...rest: never[]
  ) => unknown,
>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void;

/**
 * Handles an event, checked by its contract before the handler and its pipes see it: a payload
 * that does not fit goes to the dead letters at once. Otherwise as `@EventPattern`.
 */
export function Subscribe<Contract extends MessageContract>(
  contract: Contract,
  options: HandlerOptions = {},
): HandlerDecorator<Contract> {
  const extras = { schema: contract.schema };
  return EventPattern(contract.name, transportOf(options), extras) as HandlerDecorator<Contract>;
}

/**
 * Answers a request, checked by its contract before the handler and its pipes see it: a payload
 * that does not fit is refused with `invalid_payload`. Otherwise as `@MessagePattern`.
 */
export function Respond<Contract extends MessageContract>(
  contract: Contract,
  options: HandlerOptions = {},
): HandlerDecorator<Contract> {
  const extras = { schema: contract.schema };
  return MessagePattern(contract.name, transportOf(options), extras) as HandlerDecorator<Contract>;
}

function transportOf({ connection }: HandlerOptions): symbol | undefined {
  return connection === undefined ? undefined : redisStreams(connection);
}

/** The schema that {@link Subscribe} or {@link Respond} left on a handler. */
export function schemaOf(extras: unknown): StandardSchemaV1 | undefined {
  const schema = (extras as { schema?: Partial<StandardSchemaV1> } | undefined)?.schema;
  return schema?.['~standard'] ? (schema as StandardSchemaV1) : undefined;
}
