import {
  type DynamicModule,
  Global,
  Inject,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import {
  type ClientAddresses,
  type Policy,
  RateLimitModule,
  type RateLimitModuleOptions,
  rateLimitMetrics,
  slidingWindow,
} from '@trilith/rate-limit';
import { closeRedis, createRedis, type RedisClient, whenReady } from '@trilith/redis';
import type { Logger } from 'pino';
import * as promClient from 'prom-client';

import type { TrustedProxies } from '../http/trusted-proxies.js';
import { MetricsRegistry } from '../metrics/metrics-registry.js';
import { Callers } from './callers.js';
import { CallerIdentity } from './caller-identity.js';
import type { LimitSettings } from './limit-settings.js';

/** How a service limits its callers, and what its routes name in `@RateLimit`. */
export interface ServiceLimits extends LimitSettings {
  /** Beside `caller`, which is for every route. */
  readonly policies?: readonly Policy[];
}

/** What the module needs of the service around it. */
export interface LimitedService {
  readonly name: string;
  readonly trustedProxies: TrustedProxies;
  readonly addresses: ClientAddresses;
  /** Of {@link openLimits}; closed with the module. */
  readonly redis: RedisClient;
  readonly logger: Logger;
}

const REDIS = Symbol('Redis of limits');

/** A start does not wait for long: without Redis, callers are limited all the same. */
const CONNECT_MS = 2_000;

/** While Redis is away, each process lets through this much of each limit; none is simply open. */
const SHARE_WITHOUT_REDIS = 0.25;

/** Opened outside of the application, to be closed too where that cannot be built. */
export function openLimits({ redisUrl }: ServiceLimits, name: string): RedisClient {
  return createRedis({ url: redisUrl, name: `${name}-limits` });
}

/** Limits every route of a service, and more where `@RateLimit` says so. */
@Global()
@Module({})
export class LimitsModule implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  static of(limits: ServiceLimits, service: LimitedService): DynamicModule {
    return {
      module: LimitsModule,
      imports: [
        RateLimitModule.forRootAsync({
          inject: [REDIS, MetricsRegistry, { token: CallerIdentity, optional: true }],
          useFactory: (
            redis: RedisClient,
            registry: MetricsRegistry,
            identity?: CallerIdentity,
          ) => ({
            ...optionsOf(limits, service, new Callers(service.addresses, identity)),
            redis,
            observer: rateLimitMetrics(promClient, registry),
          }),
        }),
      ],
      providers: [{ provide: REDIS, useFactory: async () => connected(service) }],
      exports: [REDIS],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await closeRedis(this.redis);
  }
}

function optionsOf(
  { prefix, deadlineMs, caller, policies = [] }: ServiceLimits,
  { name, trustedProxies }: LimitedService,
  callers: Callers,
): Omit<RateLimitModuleOptions, 'redis'> {
  return {
    name: `${name}-limits`,
    prefix,
    deadlineMs,
    onUnavailable: { share: SHARE_WITHOUT_REDIS },
    policies: [slidingWindow({ name: 'caller', ...caller }), ...policies],
    global: [{ policy: 'caller', key: async (context) => callers.keyOf(context) }],
    user: (context) => callers.accountOf(context),
    trustedProxies,
    // The service's own addresses have told of it, in the log.
    onUntrustedHeader: () => undefined,
  };
}

async function connected({ redis, logger }: LimitedService): Promise<RedisClient> {
  try {
    await whenReady(redis, CONNECT_MS);
  } catch (err) {
    logger.warn({ err }, 'limits are counted in this process alone until their Redis answers');
  }
  return redis;
}
