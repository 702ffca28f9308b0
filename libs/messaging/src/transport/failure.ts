import { HttpException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';

import { InvalidPayloadError } from '../messaging.errors.js';

const permanentCodes = new Set(['invalid_payload', 'validation_failed']);

/** Whether trying again cannot help: the payload itself is wrong. */
export function isPermanent(error: unknown): boolean {
  if (error instanceof InvalidPayloadError) return true;
  // What Nest's validation pipes throw.
  if (error instanceof HttpException) return [400, 422].includes(error.getStatus());
  const details = error instanceof RpcException ? error.getError() : error;
  return permanentCodes.has(String(property(details, 'code')));
}

/** An error's parts as text, whatever was thrown. */
export function describeError(error: unknown): { code: string; message: string; stack: string } {
  const message = property(error, 'message');
  const stack = property(error, 'stack');
  return {
    code: textOr(property(error, 'code'), error instanceof Error ? error.name : 'unknown'),
    message: typeof message === 'string' ? message : stringify(error),
    stack: textOr(stack, ''),
  };
}

/**
 * What a caller is told. Errors reach this after the exception filters: they decide what may leave
 * the service. An Error that no filter has seen keeps its code, message and facts, never its stack.
 */
export function toWireError(error: unknown): Record<string, unknown> {
  if (error instanceof Error) {
    const { code, message } = describeError(error);
    return { code, message, facts: property(error, 'facts') ?? {} };
  }
  if (typeof error === 'object' && error !== null) return { ...error };
  return { message: String(error) };
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : otherwise;
}

function stringify(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
