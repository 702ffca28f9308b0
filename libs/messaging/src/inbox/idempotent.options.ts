/** How a handler's messages are remembered. */
export interface IdempotentOptions {
  /**
   * The name under which they are: two handlers of one event need two, and a name once given is to
   * stay, or events published again have their effect again. Default: the inbox's own.
   */
  readonly consumer?: string;
}

/** Where `@Idempotent()` leaves its options on a handler. */
export const IDEMPOTENT = Symbol('IDEMPOTENT');

/** The options of a handler; undefined when it is not idempotent. */
export function idempotentOptionsOf(handler: object): IdempotentOptions | undefined {
  return Reflect.getMetadata(IDEMPOTENT, handler) as IdempotentOptions | undefined;
}
