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
 * Nest has no place for that which costs nothing where all goes well:
 *
 * - Of the exception filters one is called, and a handler's or a controller's own goes before a global one.
 * - An interceptor does not see what guards throw, and takes 5 µs of CPU time more for each event, failing
 *   or not.
 * - A server is given the handler with its filters around it, which return what callers are told; the
 *   handler of exceptions between the two is made by Nest itself and kept where nobody reaches it.
 *
 * So the call that leads to the filters is watched itself: it is made for failures alone, and those of other
 * transports pass as they are.
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
