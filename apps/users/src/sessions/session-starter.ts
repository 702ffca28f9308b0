import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';

import type { Credentials } from '../accounts/accounts.repository.js';
import type { Client } from './client.js';
import type { Session } from './dto/session.dto.js';
import { SessionTokens } from './session-tokens.js';
import { SessionsRepository } from './sessions.repository.js';

/** Begins sessions. */
@Injectable()
export class SessionStarter {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly tokens: SessionTokens,
    private readonly transaction: TransactionHost,
  ) {}

  /** Undefined when the account has another password than the one that was checked, or is gone. */
  async start(known: Credentials, client: Client): Promise<Session | undefined> {
    const made = this.tokens.make(uuidv7());
    const expiresAt = await this.transaction.withTransaction(() =>
      this.sessions.start(known, made, client),
    );
    return expiresAt && this.tokens.answer({ ...known, expiresAt }, made);
  }
}
