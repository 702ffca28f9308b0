import { pino, type DestinationStream, type Logger as PinoInstance } from 'pino';
import { Logger as NestPinoLogger, PinoLogger, type Params } from 'nestjs-pino';
import { prettyFactory } from 'pino-pretty';
import { currentCorrelationId } from '../correlation/correlation.js';
import type { ServiceSettings } from '../service-environment.js';
import { currentTraceFields } from '../tracing/trace-fields.js';
import { errorForLog } from './error-for-log.js';

/** Never written, wherever a line holds them at one of these places. */
const SECRET_FIELDS = ['password', 'token', 'accessToken', 'secret', 'authorization', 'cookie'];
const REDACTED = [
  ...SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]),
  '*.headers.authorization',
  '*.headers.cookie',
  '*.headers["set-cookie"]',
];

/**
 * The one logger of a service: a JSON object a line, or readable lines, each with the service's
 * name, the correlation id and the trace of what is being handled. Secrets are replaced by `[redacted]`.
 *
 * @param destination where lines go; default standard output
 */
export function createLogger(
  name: string,
  { logLevel, logFormat }: Pick<ServiceSettings, 'logLevel' | 'logFormat'>,
  destination: DestinationStream = standardOutput(),
): PinoInstance {
  return pino(
    {
      level: logLevel,
      base: { service: name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorForLog, error: errorForLog },
      redact: { paths: REDACTED, censor: '[redacted]' },
      mixin: correlation,
    },
    logFormat === 'pretty' ? readable(destination) : destination,
  );
}

function correlation(line: object): object {
  // The access line says of which request it is.
  if ('correlationId' in line) return {};
  const correlationId = currentCorrelationId();
  if (correlationId === undefined) return currentTraceFields();
  return { correlationId, ...currentTraceFields() };
}

/**
 * Lines are written at once, so that none is lost when the process is killed. A reader that went
 * away (the terminal, a pipe) is no reason to fall over.
 */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ dest: 1, sync: true });
  stream.on('error', () => undefined);
  return stream;
}

function readable(destination: DestinationStream): DestinationStream {
  const format = prettyFactory({
    colorize: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    ignore: 'pid,hostname,service,context,correlationId,trace_id,span_id',
    messageFormat: '{service} {if context}[{context}] {end}{msg}',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });
  return { write: (line) => destination.write(format(line)) };
}

/** nestjs-pino's parameters: our logger, and no middleware, since requests are observed by hooks. */
export function nestLoggerParams(logger: PinoInstance): Params {
  return { pinoHttp: { logger, wrapSerializers: false }, forRoutes: [] };
}

/** Nest announces each module and route at start: of use when something is missing, else noise. */
const QUIET_CONTEXTS = new Set([
  'InstanceLoader',
  'RouterExplorer',
  'RoutesResolver',
  'NestFactory',
  'NestApplication',
  'NestMicroservice',
]);

/** Reported by `runService` itself, in one line: a second report would only add a stack trace. */
const REPORTED_CONTEXTS = new Set(['ExceptionHandler', 'NestApplication']);

/** Nest's own logger on top of pino. */
export class ServiceLogger extends NestPinoLogger {
  constructor(logger: PinoInstance) {
    const params = nestLoggerParams(logger);
    super(new PinoLogger(params), params);
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (QUIET_CONTEXTS.has(String(rest.at(-1)))) super.debug(message, ...rest);
    else super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (REPORTED_CONTEXTS.has(String(rest.at(-1)))) super.debug(message, ...rest);
    else super.error(message, ...rest);
  }
}
