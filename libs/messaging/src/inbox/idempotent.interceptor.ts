import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import { type Observable, defer, lastValueFrom } from 'rxjs';

import { RedisStreamsContext } from '../transport/redis-streams.context.js';
import { idempotentOptionsOf } from './idempotent.options.js';
import { Inbox } from './inbox.js';
import { IdempotentHandlerError, InboxMissingError } from './inbox.errors.js';

/** Runs a handler inside {@link Inbox.once}. Made by Nest for each handler that is idempotent. */
@Injectable()
export class IdempotentInterceptor implements NestInterceptor {
  private readonly inbox: Inbox;

  /** @throws {InboxMissingError} as the application boots. */
  constructor(@Optional() @Inject(Inbox) inbox?: Inbox) {
    if (inbox === undefined) throw new InboxMissingError();
    this.inbox = inbox;
  }

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    return defer(async () => this.handleOnce(execution, next));
  }

  private async handleOnce(execution: ExecutionContext, next: CallHandler): Promise<unknown> {
    const context: unknown = execution.switchToRpc().getContext();
    if (!(context instanceof RedisStreamsContext)) {
      const handler = `${execution.getClass().name}.${execution.getHandler().name}`;
      throw new IdempotentHandlerError(
        handler,
        'it handles events of this transport, and was given none',
      );
    }
    // The boot has made sure that there is a name.
    const { consumer = this.inbox.consumer ?? '' } =
      idempotentOptionsOf(execution.getHandler()) ?? {};
    // Asked for inside: a transaction that is tried again runs the handler again.
    const effect = async () => lastValueFrom(next.handle(), { defaultValue: undefined });
    try {
      const outcome = await this.inbox.once(context.id, consumer, effect);
      return outcome.repeated ? undefined : outcome.result;
    } catch (error) {
      // Before a filter makes something for callers of it: an outage is to be known as one.
      context.failure ??= error;
      throw error;
    }
  }
}
