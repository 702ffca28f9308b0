import { HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { isRedisUnavailable } from '@trilith/redis';

/**
 * What a handler's failure says about trying again: it may help (`retry`), it cannot help since the
 * payload itself is wrong (`permanent`), or it helps as soon as something that is away is back
 * (`outage`).
 */
export type FailureKind = 'retry' | 'permanent' | 'outage';

const permanentCodes = new Set(['invalid_payload', 'validation_failed']);
const outageCodes = new Set([
  'unavailable',
  'request_timeout',
  'service_overloaded',
  'stream_full',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const deepestCause = 5;

/**
 * The kind of a failure by its class, `code` or `kind`, or those of its causes. Known are: what
 * this library throws, validation errors of Nest, broken connections, errors that say of themselves
 * that they are `unavailable`.
 */
export function kindOfFailure(error: unknown, depth = 0): FailureKind {
  if (error instanceof HttpException) return kindOfStatus(error.getStatus());
  if (error instanceof RpcException) return kindOfFailure(error.getError(), depth + 1);
  if (typeof error !== 'object' || error === null || depth > deepestCause) return 'retry';
  const { code, kind, cause, driverError } = error as Record<string, unknown>;
  if (permanentCodes.has(String(code))) return 'permanent';
  if (outageCodes.has(String(code)) || kind === 'unavailable') return 'outage';
  if (isRedisUnavailable(error)) return 'outage';
  const inner = [cause, driverError].map((wrapped) => kindOfFailure(wrapped, depth + 1));
  return inner.includes('outage') ? 'outage' : 'retry';
}

/** Of the exceptions that Nest's pipes throw, and of those that tell of a neighbour. */
function kindOfStatus(status: number): FailureKind {
  if (status === 400 || status === 422) return 'permanent';
  return status === 503 || status === 504 ? 'outage' : 'retry';
}
