import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { z } from 'zod';
import type { ServiceLimits } from './limits/limits.module.js';
import type { ServiceConfig } from './service-environment.js';

/** All that tells one service from another: given to `runService` by its `main.ts`. */
export interface ServiceDefinition<Config extends ServiceConfig = ServiceConfig> {
  /** Short name: prefix of its messages on the terminal, `service` in each log line. */
  readonly name: string;
  /** One or two sentences, shown on top of its OpenAPI page. */
  readonly description: string;
  /** The service's environment to its typed configuration; see `serviceEnvironment`. */
  readonly config: z.ZodType<Config>;
  /** The app's root module. */
  readonly module: (config: Config) => DynamicModule | Type;
  /** Transports whose message handlers this service runs, such as `[app.get(RedisStreamsServer)]`. */
  readonly strategies?: (app: INestApplicationContext) => readonly CustomTransportStrategy[];
  /**
   * How callers are limited, in every route but those of health, metrics, the OpenAPI document and
   * what is `@Unlimited()`. Default: nobody is.
   */
  readonly limits?: (config: Config) => ServiceLimits;
  /**
   * The stores that the service cannot start without, by name, as URLs. Before anything else is
   * built, each is waited for up to `START_TIMEOUT`; one that stays away ends the start with one
   * line that gives its name, host and port.
   */
  readonly stores?: (config: Config) => Readonly<Record<string, string>>;
}
