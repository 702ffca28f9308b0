import type { z } from 'zod';

/** A message's name on the wire and the schema that both sides check its payload against. */
export interface MessageContract<Name extends string, Payload extends z.ZodType> {
  readonly name: Name;
  readonly schema: Payload;
}

/** A request's contract: what is asked, and what the reply looks like. */
export interface RequestContract<
  Name extends string,
  Payload extends z.ZodType,
  Reply extends z.ZodType,
> extends MessageContract<Name, Payload> {
  readonly reply: Reply;
}

/** The payload that a contract's consumer receives, after its schema's defaults and coercions. */
export type PayloadOf<Contract extends MessageContract<string, z.ZodType>> = z.output<
  Contract['schema']
>;

/** The reply that a request's caller receives. */
export type ReplyOf<Contract extends RequestContract<string, z.ZodType, z.ZodType>> = z.output<
  Contract['reply']
>;

/**
 * Declares an event. Schemas should stay open to fields they do not know (`z.object`, which drops
 * them), so that a publisher may add one before its consumers learn it.
 */
export function defineEvent<const Name extends string, Payload extends z.ZodType>(
  name: Name,
  schema: Payload,
): MessageContract<Name, Payload> {
  return Object.freeze({ name, schema });
}

/** Declares a request with its reply. */
export function defineRequest<
  const Name extends string,
  Payload extends z.ZodType,
  Reply extends z.ZodType,
>(
  name: Name,
  { payload, reply }: { payload: Payload; reply: Reply },
): RequestContract<Name, Payload, Reply> {
  return Object.freeze({ name, schema: payload, reply });
}
