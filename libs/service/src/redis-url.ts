import { variable, type Variable } from '@trilith/config';
import { isRedisUrl, redisUrlForms } from '@trilith/redis';

import { endpointsOf } from './start/reachable.js';

/**
 * A variable that says where Redis is: one server, a cluster or a master that Sentinels watch, with or
 * without TLS, as connections of `@trilith/redis` take it. Passwords in it are never printed. Required;
 * `.optional()` and `.default(url)` chain.
 */
export function redisUrl(): Variable<string> {
  return variable({
    takes: redisUrlForms,
    // ioredis takes a URL without a host for this machine, which nobody means who runs a service.
    parse: (text) => (isRedisUrl(text) && endpointsOf(text).length > 0 ? text : undefined),
  });
}
