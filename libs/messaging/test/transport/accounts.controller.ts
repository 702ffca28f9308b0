import { Controller, Injectable } from '@nestjs/common';
import { Ctx, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { type Observable, Subject, concat, from, throwError } from 'rxjs';
import { z } from 'zod';

import { RedisStreamsContext, Respond } from '../../src/index.js';

export const getAccount = {
  name: 'accounts.get',
  schema: z.object({ accountId: z.uuid() }),
  reply: z.object({ username: z.string(), seen: z.coerce.date() }),
};
export const accountId = '0190c7a1-6f4e-7a10-8d53-2f1c9a6b3e77';

/** What the handlers below were asked. */
@Injectable()
export class Calls {
  readonly log: string[] = [];
  readonly contexts: RedisStreamsContext[] = [];
  readonly stream = new Subject<number>();
}

/** A handler for each way to answer. */
@Controller()
export class AccountsController {
  constructor(private readonly calls: Calls) {}

  @MessagePattern('echo')
  echo(@Payload() payload: unknown, @Ctx() context: RedisStreamsContext): unknown {
    this.calls.log.push(JSON.stringify(payload));
    this.calls.contexts.push(context);
    return payload;
  }

  @Respond(getAccount)
  get({ accountId }: { accountId: string }): unknown {
    return { username: `user of ${accountId.slice(0, 4)}`, seen: '2026-01-01T00:00:00Z' };
  }

  @MessagePattern('wrong-reply')
  wrongReply(): unknown {
    return { username: 7 };
  }

  @MessagePattern('nothing')
  nothing(): void {}

  @MessagePattern('refuse')
  refuse(): never {
    throw new RpcException({ code: 'account_locked', message: 'is locked', facts: { until: 5 } });
  }

  @MessagePattern('crash')
  crash(): never {
    throw new Error('the password is hunter2');
  }

  @MessagePattern('slow')
  async slow(@Ctx() { signal }: RedisStreamsContext): Promise<void> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    this.calls.log.push('slow was told');
  }

  @MessagePattern('count')
  count(): Observable<number> {
    return from([1, 2, 3]);
  }

  @MessagePattern('count-and-fail')
  countAndFail(): Observable<number> {
    const failure = throwError(() => new RpcException({ code: 'out_of_numbers', message: 'no 2' }));
    return concat(from([1]), failure);
  }

  @MessagePattern('feed')
  feed(): Observable<number> {
    return this.calls.stream;
  }
}
