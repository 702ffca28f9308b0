import { duration } from '@trilith/config';
import type { z } from 'zod';

import { redisUrl } from '../redis-url.js';
import { rate, type Rate } from './rate.js';

/** The variables of every service that limits its callers; an app adds those of its own routes. */
export const limitEnvironment = {
  /** Where limits are counted, for all replicas together. Default REDIS_URL. */
  RATE_LIMIT_REDIS_URL: redisUrl().optional(),
  /** How long Redis may take to decide; then this process decides alone. Default 100ms. */
  RATE_LIMIT_DEADLINE: duration('100ms').refine((ms) => ms >= 1 && ms <= 60_000, {
    error: 'takes a duration from 1ms to 60s',
  }),
  /** What one caller may ask of the service: an account, or an address that did not sign in. */
  RATE_LIMIT_CALLER: rate('1200/1m'),
} satisfies z.ZodRawShape;

type LimitVariables = z.output<z.ZodObject<typeof limitEnvironment>>;

/** How a service limits its callers. */
export interface LimitSettings {
  readonly redisUrl: string;
  /** Starts the names of all keys. */
  readonly prefix: string;
  readonly deadlineMs: number;
  readonly caller: Rate;
}

/** Turns the variables of {@link limitEnvironment} into settings. */
export function limitSettings(
  env: LimitVariables & { readonly REDIS_URL: string; readonly MESSAGING_PREFIX: string },
): LimitSettings {
  return {
    redisUrl: env.RATE_LIMIT_REDIS_URL ?? env.REDIS_URL,
    prefix: env.MESSAGING_PREFIX,
    deadlineMs: env.RATE_LIMIT_DEADLINE,
    caller: env.RATE_LIMIT_CALLER,
  };
}
