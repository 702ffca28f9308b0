import type { Logger } from 'pino';
import { LATE, within } from '../lifecycle/within.js';
import { StartError } from '../start/start.error.js';

/** Spans are being exported until this stops. */
export interface Tracing {
  /** Exports what is still kept, for as long as `timeoutMs` allows. Never rejects. */
  stop(timeoutMs: number): Promise<void>;
}

/** The variables that say where spans go; without any of them there is no tracing. */
const ASKING = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_TRACES_EXPORTER',
];

/** Whether the environment asks for spans, by OpenTelemetry's own variables. */
export function isTracingAskedFor(env: NodeJS.ProcessEnv): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  if (env['OTEL_TRACES_EXPORTER'] === 'none') return false;
  return ASKING.some((name) => (env[name] ?? '') !== '');
}

/**
 * Starts OpenTelemetry when the environment asks for it; only then is any of it loaded. What it does
 * is for its variables to say: `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_TRACES_SAMPLER` and so on.
 *
 * @throws {StartError} when the variables contradict themselves.
 */
export async function startTracing(service: string, logger: Logger): Promise<Tracing | undefined> {
  if (!isTracingAskedFor(process.env)) return undefined;
  const { startOpenTelemetry } = await import('./open-telemetry.js');
  try {
    const sdk = startOpenTelemetry(service, logger);
    return { stop: async (timeoutMs) => stop(sdk, { logger, timeoutMs }) };
  } catch (error) {
    throw new StartError(`the OTEL_* variables: ${String(error)}`);
  }
}

async function stop(
  sdk: { shutdown(): Promise<void> },
  { logger, timeoutMs }: { logger: Logger; timeoutMs: number },
): Promise<void> {
  try {
    if ((await within(sdk.shutdown(), timeoutMs)) !== LATE) return;
    logger.warn(`spans were not exported within ${timeoutMs} ms: the last of them are lost`);
  } catch (err) {
    logger.warn({ err }, 'spans could not be exported: the last of them are lost');
  }
}
