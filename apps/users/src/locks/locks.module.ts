import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { LockManager } from '@trilith/locks';
import { closeRedis, createRedis, type RedisClient } from '@trilith/redis';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';

/** Holds the connection of the locks. It connects in the background: no start waits for it. */
class LocksConnection implements OnApplicationShutdown {
  readonly redis: RedisClient;

  constructor(url: string) {
    this.redis = createRedis({ url, name: 'users-locks' });
  }

  async onApplicationShutdown(): Promise<void> {
    await closeRedis(this.redis);
  }
}

/** Locks that keep replicas from doing the same work at once. */
@Module({
  providers: [
    {
      provide: LocksConnection,
      inject: [USERS_CONFIG],
      useFactory: ({ locks }: UsersConfig) => new LocksConnection(locks.url),
    },
    {
      provide: LockManager,
      inject: [LocksConnection, USERS_CONFIG],
      useFactory: ({ redis }: LocksConnection, { locks }: UsersConfig) =>
        new LockManager({ redis, prefix: locks.prefix }),
    },
  ],
  exports: [LockManager],
})
export class LocksModule {}
