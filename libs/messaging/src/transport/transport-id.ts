import { DEFAULT_CONNECTION } from '../messaging.options.js';

/** Binds a handler to this transport alone: `@EventPattern('accounts.created', REDIS_STREAMS)`. */
export const REDIS_STREAMS = Symbol('REDIS_STREAMS');

/** Binds a handler to the connection of this name: `@EventPattern('x', redisStreams('audit'))`. */
export function redisStreams(name: string): symbol {
  return name === DEFAULT_CONNECTION ? REDIS_STREAMS : Symbol.for(`REDIS_STREAMS:${name}`);
}
