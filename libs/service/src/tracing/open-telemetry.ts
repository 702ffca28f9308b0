import { DiagLogLevel, diag } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { Logger } from 'pino';

/**
 * Starts the SDK with what its variables say. Spans alone: metrics are scraped at `/metrics`, and
 * logs go to standard output.
 */
export function startOpenTelemetry(service: string, logger: Logger): NodeSDK {
  const sdk = new NodeSDK({
    ...(!process.env['OTEL_SERVICE_NAME'] && { serviceName: service }),
    metricReaders: [],
    logRecordProcessors: [],
  });
  // Its own would write to the console: an exporter that fails should be told as everything else.
  if (!process.env['OTEL_LOG_LEVEL']) diag.setLogger(diagnosticsTo(logger), DiagLogLevel.WARN);
  sdk.start();
  return sdk;
}

function diagnosticsTo(logger: Logger) {
  const tell = (level: 'error' | 'warn' | 'info' | 'debug') => (message: string, err?: unknown) => {
    logger[level](err instanceof Error ? { err } : {}, `OpenTelemetry: ${message}`);
  };
  const debug = tell('debug');
  return { error: tell('error'), warn: tell('warn'), info: tell('info'), debug, verbose: debug };
}
