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
    parse: (text) => (leadsSomewhere(text) ? text : undefined),
  });
}

/**
 * The same, or several servers that know nothing of each other, for a quorum of locks:
 * `redis://a:6379,redis://b:6379,redis://c:6379`.
 */
export function redisUrls(): Variable<readonly string[]> {
  return variable({
    takes: `${redisUrlForms}, or several single servers separated by commas`,
    parse: (text) => {
      if (leadsSomewhere(text)) return [text];
      const all = text.split(/,\s*(?=rediss?:\/\/)/).map((part) => part.trim());
      return all.every((each) => /^rediss?:/.test(each) && leadsSomewhere(each)) ? all : undefined;
    },
  });
}

/** ioredis takes a URL without a host for this machine, which nobody means who runs a service. */
function leadsSomewhere(url: string): boolean {
  return isRedisUrl(url) && endpointsOf(url).length > 0;
}
