import { loadConfig } from '@trilith/config';
import type { Logger } from 'pino';
import { buildService } from './create-service.js';
import { HealthRegistry } from './health/health-registry.js';
import { stopInOrder } from './lifecycle/graceful-stop.js';
import { Lifecycle } from './lifecycle/lifecycle.js';
import { ProcessGuard } from './lifecycle/process-guard.js';
import { createLogger } from './logging/logger.js';
import type { ServiceDefinition } from './service-definition.js';
import type { ServiceConfig } from './service-environment.js';
import { untilHealthy } from './start/healthy.js';
import { inTime } from './start/in-time.js';
import { untilReachable, type Stores } from './start/reachable.js';
import { explainStartFailure } from './start/start-failure.js';
import { startTracing, type Tracing } from './tracing/tracing.js';

/**
 * The whole `main.ts` of a service: configuration, stores, application, health, HTTP, messages, and
 * an orderly stop in the end.
 *
 * A start that fails for a reason of the surroundings (configuration, a store, the port) says so in
 * one line a mistake on standard error. Exit status: 0 after an orderly stop, 1 after a failed start
 * or an error that nobody caught.
 */
export async function runService<Config extends ServiceConfig>(
  definition: ServiceDefinition<Config>,
): Promise<void> {
  const progress: StartProgress = { name: definition.name, stores: {} };
  try {
    const config = loadConfig(definition.config) as Config;
    progress.logger = createLogger(definition.name, config.service);
    progress.stores = definition.stores?.(config) ?? {};
    const { logger, stores } = progress;
    const tracing = await startTracing(definition.name, logger);
    await start(definition, config, { logger, stores, tracing });
  } catch (error) {
    failToStart(error, progress);
  }
}

/** How far a start came, for the report of its failure. */
interface StartProgress {
  readonly name: string;
  logger?: Logger;
  stores: Stores;
}

async function start<Config extends ServiceConfig>(
  definition: ServiceDefinition<Config>,
  config: Config,
  { logger, stores, tracing }: { logger: Logger; stores: Stores; tracing: Tracing | undefined },
): Promise<void> {
  const { host, port, startTimeoutMs, shutdownTimeoutMs } = config.service;
  const guard = new ProcessGuard({ logger, timeoutMs: shutdownTimeoutMs });
  guard.watch();
  logger.debug({ stores: Object.keys(stores) }, 'waiting for stores');
  await untilReachable(stores, startTimeoutMs);
  const app = await inTime(buildService(definition, config, logger), {
    timeoutMs: startTimeoutMs * 3,
    what: 'building the application',
    stores,
  });
  guard.onStop(async () => {
    await stopInOrder(app, { settings: config.service, logger });
    // Last, so that what the stop itself did is told too.
    await tracing?.stop(shutdownTimeoutMs / 10);
  });
  const lifecycle = app.get(Lifecycle);
  lifecycle.starting();
  await untilHealthy(app.get(HealthRegistry), stores, startTimeoutMs);
  await app.listen({ port, host });
  await inTime(app.startAllMicroservices(), {
    timeoutMs: startTimeoutMs,
    what: 'starting to take messages',
    stores,
  });
  lifecycle.running();
  logger.info({ url: await app.getUrl() }, 'ready');
}

/** One line a mistake where the surroundings are at fault, a stack trace where the program is. */
function failToStart(error: unknown, { name, logger, stores }: StartProgress): never {
  const lines = explainStartFailure(error, stores);
  if (lines !== undefined) {
    process.stderr.write(lines.map((line) => `${name}: ${line}\n`).join(''));
  } else if (logger !== undefined) logger.fatal({ err: error }, 'the start failed');
  else process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
  logger?.flush();
  // oxlint-disable-next-line unicorn/no-process-exit
  process.exit(1);
}
