import { createHash } from 'node:crypto';

import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  UseGuards,
  applyDecorators,
} from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from '../analytics.config.js';
import { UnknownWriteKeyError } from './ingestion.errors.js';

/**
 * Lets in who gives one of the write keys. They are public, for they stand in pages: they tell sites
 * apart and can be taken away; who may send how much is for the limits to say.
 */
@Injectable()
export class WriteKeyGuard implements CanActivate {
  private readonly keys: ReadonlySet<string>;

  constructor(@Inject(ANALYTICS_CONFIG) { events }: AnalyticsConfig) {
    this.keys = new Set(events.writeKeys);
  }

  canActivate(context: ExecutionContext): boolean {
    const key = writeKeyOf(context);
    if (key === undefined || !this.keys.has(key)) throw new UnknownWriteKeyError();
    return true;
  }
}

/** By the header, or by the query, for requests that a browser sends as it leaves a page. */
function writeKeyOf(context: ExecutionContext): string | undefined {
  const { headers, query } = context.switchToHttp().getRequest<FastifyRequest>();
  const given = headers['x-write-key'] ?? (query as Record<string, unknown>)['writeKey'];
  return typeof given === 'string' ? given : undefined;
}

/** What limits count a write key by: no key needs to be written into another store. */
export function writeKeyHash(context: ExecutionContext): string {
  return createHash('sha256')
    .update(writeKeyOf(context) ?? '')
    .digest('base64url');
}

/** For routes that take events. */
export const WithWriteKey = () =>
  applyDecorators(
    UseGuards(WriteKeyGuard),
    ApiHeader({
      name: 'X-Write-Key',
      required: false,
      description: 'A write key; or in the query, as `writeKey`.',
      schema: { type: 'string' },
    }),
  );
