import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { type Observable, tap } from 'rxjs';

import { RedisStreamsContext } from './redis-streams.context.js';

/**
 * Keeps what a handler or its pipes threw, before an exception filter makes something for callers
 * of it: a dead letter should tell the real error.
 */
@Injectable()
export class FailureRecorder implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const context: unknown = execution.switchToRpc().getContext();
    if (!(context instanceof RedisStreamsContext)) return next.handle();
    const record = (error: unknown) => {
      context.failure = error;
    };
    return next.handle().pipe(tap({ error: record }));
  }
}
