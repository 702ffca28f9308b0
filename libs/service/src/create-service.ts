import type { DynamicModule, SecurityHeadersOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { closeRedis } from '@trilith/redis';
import type { DestinationStream, Logger } from 'pino';
import { createAdapter } from './http/adapter.js';
import { clientAddresses, tellAddresses } from './http/client-address.js';
import { acceptJsonOnly } from './http/json-body.js';
import { observeRequests } from './http/request-observer.js';
import { RouteTable } from './http/route-table.js';
import { closeConnectionsAsTheyIdle } from './lifecycle/idle-connections.js';
import { Lifecycle } from './lifecycle/lifecycle.js';
import { LimitsModule, openLimits } from './limits/limits.module.js';
import { createLogger, ServiceLogger } from './logging/logger.js';
import { HttpMetrics } from './metrics/metrics-registry.js';
import { serveOpenApi } from './openapi/openapi.js';
import type { ServiceDefinition } from './service-definition.js';
import type { ServiceConfig } from './service-environment.js';
import { ServiceModule } from './service.module.js';
import { traceRequests } from './tracing/http-spans.js';

/** What may differ from how `runService` builds a service. */
export interface CreateServiceOptions {
  /** Where log lines go. Default standard output. */
  readonly logTo?: DestinationStream;
}

/**
 * Builds a service's application, initialised and ready for `inject()` or `listen(0)`: the same that
 * `runService` runs, for tests. Message handlers start by `startAllMicroservices()`.
 */
export function createService<Config extends ServiceConfig>(
  definition: ServiceDefinition<Config>,
  config: Config,
  { logTo }: CreateServiceOptions = {},
): Promise<NestFastifyApplication> {
  const logger = createLogger(definition.name, config.service, logTo);
  return buildService(definition, config, logger);
}

/** As {@link createService}, with a logger that is there already. */
export async function buildService<Config extends ServiceConfig>(
  definition: ServiceDefinition<Config>,
  config: Config,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const addresses = clientAddresses(config.service.trustedProxies, logger);
  const limits = definition.limits?.(config);
  const redis = limits && openLimits(limits, definition.name);
  const { name } = definition;
  const { trustedProxies } = config.service;
  const limited =
    limits && redis
      ? [LimitsModule.of(limits, { name, trustedProxies, addresses, redis, logger })]
      : [];
  const root = ServiceModule.around([...limited, definition.module(config)], logger);
  const app = await createApp(root, logger).catch(async (error: unknown) => {
    if (redis) await closeRedis(redis);
    throw error;
  });
  try {
    tellAddresses(app.getHttpAdapter().getInstance(), addresses);
    prepareHttp(app, logger);
    serveOpenApi(app, { ...definition, isLimited: limits !== undefined });
    await app.init();
    for (const strategy of definition.strategies?.(app) ?? []) {
      app.connectMicroservice({ strategy }, { inheritAppConfig: true });
    }
    await app.getHttpAdapter().getInstance().ready();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

function createApp(root: DynamicModule, logger: Logger): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(root, createAdapter(logger), {
    logger: new ServiceLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
}

function prepareHttp(app: NestFastifyApplication, logger: Logger): void {
  const fastify = app.getHttpAdapter().getInstance();
  app.get(RouteTable).watch(fastify);
  acceptJsonOnly(fastify);
  traceRequests(fastify);
  observeRequests(fastify, {
    logger,
    metrics: app.get(HttpMetrics),
    lifecycle: app.get(Lifecycle),
  });
  app.useSecurityHeaders(SECURITY_HEADERS);
  fastify.addHook('preClose', async () => {
    if (fastify.server.listening) closeConnectionsAsTheyIdle(fastify.server);
  });
}

/** Those of Nest's headers that say something about an API and its page; each costs a little. */
const SECURITY_HEADERS: SecurityHeadersOptions = {
  // The page is served over plain HTTP behind a proxy or on a developer's machine: whether it is
  // TLS outside is the proxy's to say.
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  strictTransportSecurity: false,
  originAgentCluster: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};
