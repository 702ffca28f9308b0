import { Controller, Injectable } from '@nestjs/common';
import { Ctx, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { trace } from '@opentelemetry/api';
import { throwError } from 'rxjs';
import { z } from 'zod';

import { RedisStreamsContext, Subscribe } from '../../src/index.js';

/** The event that is traced. */
export const ordered = { name: 'orders.placed', schema: z.object({ number: z.number() }) };

/** What the handlers saw, and how often they should fail. */
@Injectable()
export class Log {
  readonly active: (string | undefined)[] = [];
  readonly headers: Readonly<Record<string, string>>[] = [];
  failures = 0;
}

/** Says which span is active while it handles. */
@Controller()
export class Orders {
  constructor(private readonly log: Log) {}

  @Subscribe(ordered)
  onPlaced(@Payload() _order: unknown, @Ctx() context: RedisStreamsContext): void {
    this.log.active.push(trace.getActiveSpan()?.spanContext().spanId);
    this.log.headers.push(context.headers);
    if (context.attempt <= this.log.failures) throw new RangeError('not yet');
  }

  @MessagePattern('orders.get')
  get(): string | undefined {
    return trace.getActiveSpan()?.spanContext().spanId;
  }

  @MessagePattern('orders.refuse')
  refuse(): never {
    throw new RpcException({ code: 'order_not_found', message: 'no such order' });
  }

  @MessagePattern('orders.break')
  break() {
    return throwError(() => new RpcException({ code: 'order_broken', message: 'broken' }));
  }
}

/** The application's own context, as a service gives it. */
export const correlated = {
  headers: () => ({ 'x-correlation-id': 'c-7' }),
  run: async <T>(_headers: unknown, work: () => Promise<T>) => work(),
};
const tracer = trace.getTracer('test');
/** Does a work as the handler of an incoming request would. */
export const inRequest = async <T>(
  work: () => Promise<T>,
): Promise<{ result: T; spanId: string }> =>
  tracer.startActiveSpan('request', async (span) => {
    const result = await work();
    span.end();
    return { result, spanId: span.spanContext().spanId };
  });
