import { duration, oneOf, port, words } from '@trilith/config';
import type { z } from 'zod';

import { type TrustedProxies, trustedProxies } from './http/trusted-proxies.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/**
 * The variables that every service takes. An app spreads them into its own schema and overrides
 * the port:
 *
 * ```ts
 * z.object({ ...serviceEnvironment, PORT: port(3001), DATABASE_URL: url('postgres') })
 *   .transform((env) => ({ service: serviceSettings(env), databaseUrl: env.DATABASE_URL }))
 * ```
 */
export const serviceEnvironment = {
  /** Address to listen on. Default 127.0.0.1: reachable from this machine alone. */
  HOST: words('127.0.0.1'),
  /** Port to listen on; 0 takes a free one. Default 3000. */
  PORT: port(3000),
  /** Who is in front, and tells where requests come from. Default 0: nobody. */
  TRUSTED_PROXIES: trustedProxies(),
  /** The least important line that is logged. Default info. */
  LOG_LEVEL: oneOf(LOG_LEVELS, 'info'),
  /** One JSON object a line, or readable lines. Default: readable on a terminal, else JSON. */
  LOG_FORMAT: oneOf(['json', 'pretty'], process.stdout.isTTY ? 'pretty' : 'json'),
  /** How long the stores may take to answer at start. Default 10s. */
  START_TIMEOUT: duration('10s'),
  /** The longest that an orderly stop may take; then the process exits anyway. Default 10s. */
  SHUTDOWN_TIMEOUT: duration('10s'),
  /**
   * How long to go on serving, while not ready, before connections are refused: at most half of
   * SHUTDOWN_TIMEOUT. Default 0.
   */
  SHUTDOWN_DELAY: duration('0'),
} satisfies z.ZodRawShape;

/** What {@link serviceEnvironment} holds after it was read. */
export type ServiceVariables = {
  [Name in keyof typeof serviceEnvironment]: z.output<(typeof serviceEnvironment)[Name]>;
};

/** Settings that every service has, in milliseconds where they end in `Ms`. */
export interface ServiceSettings {
  readonly host: string;
  readonly port: number;
  readonly trustedProxies: TrustedProxies;
  readonly logLevel: ServiceVariables['LOG_LEVEL'];
  readonly logFormat: ServiceVariables['LOG_FORMAT'];
  readonly startTimeoutMs: number;
  readonly shutdownTimeoutMs: number;
  readonly shutdownDelayMs: number;
}

/** A service's configuration: its own fields beside these settings. */
export interface ServiceConfig {
  readonly service: ServiceSettings;
}

/** Turns the variables of {@link serviceEnvironment} into settings. */
export function serviceSettings(env: ServiceVariables): ServiceSettings {
  return {
    host: env.HOST,
    port: env.PORT,
    trustedProxies: env.TRUSTED_PROXIES,
    logLevel: env.LOG_LEVEL,
    logFormat: env.LOG_FORMAT,
    startTimeoutMs: env.START_TIMEOUT,
    shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT,
    shutdownDelayMs: env.SHUTDOWN_DELAY,
  };
}
