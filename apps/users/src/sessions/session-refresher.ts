import { setTimeout as sleep } from 'node:timers/promises';

import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';

import { ActivityWriter } from '../activity/activity-writer.js';
import type { Client } from './client.js';
import type { Session } from './dto/session.dto.js';
import type { PresentedToken } from './refresh-tokens.js';
import { SessionTokens } from './session-tokens.js';
import {
  RefreshConflictError,
  RefreshTokenInvalidError,
  RefreshTokenReusedError,
} from './sessions.errors.js';
import { SessionsRepository } from './sessions.repository.js';

/**
 * Rotates refresh tokens (RFC 9700, 4.14.2): each is good once, and using an old one ends the session,
 * for then two have it. Of requests that overlap, one wins and the others end nothing.
 *
 * To tell the two apart, the winner is answered `overlapMs` after the rotation: whoever has seen the
 * answer and uses the old token again arrives later than that, and whoever arrived earlier had sent
 * the request before there was an answer.
 */
@Injectable()
export class SessionRefresher {
  private readonly logger = new Logger(SessionRefresher.name);

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly tokens: SessionTokens,
    private readonly activity: ActivityWriter,
  ) {}

  /**
   * @param arrivedAt when the request arrived, by `performance.now()`
   * @throws RefreshTokenInvalidError
   * @throws RefreshTokenReusedError
   * @throws RefreshConflictError
   */
  async refresh(refreshToken: string, client: Client, arrivedAt: number): Promise<Session> {
    const presented = this.tokens.read(refreshToken);
    if (!presented) throw new RefreshTokenInvalidError();
    const next = this.tokens.make(presented.sessionId);
    const session = await this.sessions.rotate(presented, next, client);
    if (!session) return this.refuse(presented, arrivedAt);
    const [answer] = await Promise.all([
      this.tokens.answer(session, next),
      sleep(this.sessions.lifetimes.overlapMs),
    ]);
    return answer;
  }

  private async refuse(presented: PresentedToken, arrivedAt: number): Promise<never> {
    const { endedOf, isLive } = await this.sessions.endReused(presented, arrivedAt);
    if (isLive) throw new RefreshConflictError();
    if (endedOf === undefined) throw new RefreshTokenInvalidError();
    await this.recordReuse(endedOf, presented.sessionId);
    throw new RefreshTokenReusedError();
  }

  /** The person is to see it; the session is over whether or not that works. */
  private async recordReuse(accountId: string, sessionId: string): Promise<void> {
    this.logger.warn({ accountId, sessionId }, 'a refresh token was reused; its session has ended');
    const event = { id: uuidv7(), accountId, kind: 'session.reused', details: { sessionId } };
    try {
      await this.activity.record({ ...event, occurredAt: new Date() });
    } catch (error) {
      this.logger.warn({ err: error, accountId }, 'the end of a session was not recorded');
    }
  }
}
