import { cache } from './cache/cache.area.ts';
import type { Area } from './frame/benchmark.ts';
import { locks } from './locks/locks.area.ts';
import { messaging } from './messaging/messaging.area.ts';
import { migrations } from './migrations/migrations.area.ts';
import { rateLimit } from './rate-limit/rate-limit.area.ts';

/** All that can be measured. A further area is a folder like `messaging/` and a line here. */
export const AREAS: readonly Area[] = [cache, locks, messaging, migrations, rateLimit];
