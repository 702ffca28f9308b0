import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common';
import { concatMap, type Observable } from 'rxjs';
import { v7 as uuidv7 } from 'uuid';

import { ActivityWriter } from './activity-writer.js';

/**
 * Records that somebody has signed in, before it is answered. Nobody is kept out because that failed:
 * the log tells then.
 */
@Injectable()
export class RecordsSignIn implements NestInterceptor<{ accountId: string }> {
  private readonly logger = new Logger(RecordsSignIn.name);

  constructor(private readonly activity: ActivityWriter) {}

  intercept<Session extends { accountId: string }>(
    _: ExecutionContext,
    next: CallHandler<Session>,
  ): Observable<Session> {
    return next.handle().pipe(
      concatMap(async (session) => {
        await this.record(session.accountId);
        return session;
      }),
    );
  }

  private async record(accountId: string): Promise<void> {
    const event = { id: uuidv7(), accountId, kind: 'session.started', details: {} };
    try {
      await this.activity.record({ ...event, occurredAt: new Date() });
    } catch (error) {
      this.logger.warn({ err: error, accountId }, 'a sign-in was not recorded');
    }
  }
}
