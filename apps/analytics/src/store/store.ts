import type { RedisClient } from '@trilith/redis';

import type { StructureOptions } from './structure.options.js';

/** The Redis that holds the figures, and what every structure on it takes. */
export class Store {
  constructor(
    readonly redis: RedisClient,
    readonly options: StructureOptions,
  ) {}
}
