import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { INTERCEPTORS_METADATA } from '@nestjs/common/constants';
import { PATTERN_HANDLER_METADATA } from '@nestjs/microservices/constants';
import { PatternHandler } from '@nestjs/microservices/enums/pattern-handler.enum';
import { type Observable, tap } from 'rxjs';

import { RedisStreamsContext } from './redis-streams.context.js';

/**
 * Keeps what an event handler or its pipes threw, before an exception filter makes something for
 * callers of it: a dead letter should tell the real error, and an outage should be known as one.
 *
 * Requests have a caller who is told, and no use for it: their handlers stay as quick as they are.
 */
@Injectable()
export class FailureRecorder implements NestInterceptor {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** Adds itself to every event handler. To be called before Nest binds them to a transport. */
  attach(): void {
    for (const { metatype } of this.discovery.getControllers()) {
      const prototype: unknown = metatype?.prototype;
      if (typeof prototype !== 'object' || prototype === null) continue;
      for (const name of this.scanner.getAllMethodNames(prototype)) this.attachTo(prototype, name);
    }
  }

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const context: unknown = execution.switchToRpc().getContext();
    if (!(context instanceof RedisStreamsContext)) return next.handle();
    const record = (error: unknown) => {
      context.failure = error;
    };
    return next.handle().pipe(tap({ error: record }));
  }

  private attachTo(prototype: object, name: string): void {
    const method: unknown = Reflect.get(prototype, name);
    if (typeof method !== 'function' || isRecorded(method)) return;
    if (Reflect.getMetadata(PATTERN_HANDLER_METADATA, method) !== PatternHandler.EVENT) return;
    // The last of a handler's interceptors is the one nearest to it.
    UseInterceptors(this)(prototype, name, { value: method });
  }
}

/** One recorder is enough, whichever connection of the application, or of another, attached it. */
function isRecorded(method: object): boolean {
  const interceptors: unknown = Reflect.getMetadata(INTERCEPTORS_METADATA, method);
  return Array.isArray(interceptors) && interceptors.some((one) => one instanceof FailureRecorder);
}
