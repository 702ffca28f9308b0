import {
  type DynamicModule,
  type FactoryProvider,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { type ConnectionOptions, type RedisClient, closeRedis, createRedis } from '@trilith/redis';

import { LockManager } from '../lock-manager.js';
import type { LockManagerOptions } from '../locks.options.js';
import { LeaderElections } from './leader-elections.js';

/** Where locks are kept, and over which connections. */
export type LocksModuleOptions = Omit<LockManagerOptions, 'redis'> &
  (
    | {
        /** Connections of the application's own, which it closes itself. */
        readonly redis: LockManagerOptions['redis'];
      }
    | {
        /** Opened in the background, so that no start waits for Redis, and closed at the end. */
        readonly connect: ConnectionOptions | readonly ConnectionOptions[];
      }
  );

/** Options that come from other providers. */
export interface LocksAsyncOptions
  extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider<LocksModuleOptions>, 'inject'> {
  useFactory: FactoryProvider<LocksModuleOptions>['useFactory'];
}

/** The connections that the module has opened itself. */
class OwnConnections implements OnApplicationShutdown {
  private readonly clients: RedisClient[] = [];

  open(options: readonly ConnectionOptions[]): RedisClient[] {
    this.clients.push(...options.map(createRedis));
    return this.clients;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.clients.map(async (client) => closeRedis(client)));
  }
}

const LOCKS_OPTIONS = Symbol('LOCKS_OPTIONS');

/**
 * Provides {@link LockManager} everywhere, and what the decorators `@WithLock`, `@OnlyLeader` and
 * `@WithoutOverlapping` need.
 */
@Module({})
export class LocksModule {
  static forRoot(options: LocksModuleOptions): DynamicModule {
    return this.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports = [], inject, useFactory }: LocksAsyncOptions): DynamicModule {
    return {
      module: LocksModule,
      global: true,
      imports: [...imports, DiscoveryModule],
      providers: [
        { provide: LOCKS_OPTIONS, inject, useFactory },
        OwnConnections,
        {
          provide: LockManager,
          inject: [LOCKS_OPTIONS, OwnConnections],
          useFactory: managerOf,
        },
        LeaderElections,
      ],
      exports: [LockManager, LeaderElections],
    };
  }
}

function managerOf(options: LocksModuleOptions, own: OwnConnections): LockManager {
  if ('redis' in options) return new LockManager(options);
  const { connect, ...rest } = options;
  return new LockManager({ ...rest, redis: own.open('url' in connect ? [connect] : connect) });
}
