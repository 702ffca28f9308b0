import type { ArgumentsHost } from '@nestjs/common';
import { RpcExceptionsHandler } from '@nestjs/microservices/exceptions/rpc-exceptions-handler';

import { RedisStreamsContext } from './redis-streams.context.js';

/** Set on what is watched already, of which once is enough for all servers. */
const watched = Symbol('records failures');

/**
 * Keeps, from now on, what an event handler, its guards or its pipes threw, in the context that it was
 * given, before an exception filter makes something for callers of it: a dead letter should tell the
 * real error, and an outage should be known as one.
 *
 * Nest offers no place between the two but an interceptor, and a handler with one takes 5 µs of CPU
 * time more for each event, failing or not. So the call that leads to the filters is watched itself:
 * it is made for failures alone, and those of other transports pass as they are.
 */
export function recordFailures(): void {
  const { prototype } = RpcExceptionsHandler;
  if (Object.hasOwn(prototype, watched)) return;
  const handle = Reflect.get<RpcExceptionsHandler, 'handle'>(prototype, 'handle');
  type Handling = Parameters<typeof handle>;
  prototype.handle = function (this: RpcExceptionsHandler, ...given: Handling) {
    const [exception, host] = given;
    const context = contextOf(host);
    if (context) context.failure = exception;
    return handle.apply(this, given);
  };
  Object.defineProperty(prototype, watched, { value: true });
}

function contextOf(host: ArgumentsHost): RedisStreamsContext | undefined {
  return host.getArgs<unknown[]>().find((one) => one instanceof RedisStreamsContext);
}
