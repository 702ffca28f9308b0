import { Module } from '@nestjs/common';
import { LockManager } from '@trilith/locks';

import { AccountLocksModule } from '../account-locks/account-locks.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { ActivityModule } from '../activity/activity.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { usersLocks } from '../locks/locks.module.js';
import { SecondFactorsModule } from '../second-factors/second-factors.module.js';
import { KeyRing } from '../signing-keys/key-ring.js';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { AccessTokens } from './access-tokens.js';
import { AccountSessionsModule } from './account-sessions.module.js';
import { ExpiredSessionsKeeper } from './expired-sessions.keeper.js';
import { RefreshTokens } from './refresh-tokens.js';
import { SessionRefresher } from './session-refresher.js';
import { SessionStarter } from './session-starter.js';
import { SessionTokens } from './session-tokens.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';

/** Signing in, staying signed in, signing out. */
@Module({
  imports: [
    AccountsModule,
    AccountLocksModule,
    AccountSessionsModule,
    ActivityModule,
    CredentialsModule,
    SecondFactorsModule,
    SigningKeysModule,
    usersLocks,
  ],
  controllers: [SessionsController],
  providers: [
    SessionsService,
    SessionStarter,
    SessionRefresher,
    {
      provide: SessionTokens,
      inject: [AccessTokens, USERS_CONFIG],
      useFactory: (access: AccessTokens, { authSecret }: UsersConfig) =>
        new SessionTokens(access, new RefreshTokens(authSecret)),
    },
    {
      provide: ExpiredSessionsKeeper,
      inject: [SessionsRepository, LockManager],
      useFactory: (sessions: SessionsRepository, locks: LockManager) =>
        new ExpiredSessionsKeeper(sessions, locks),
    },
    {
      provide: AccessTokens,
      inject: [KeyRing, USERS_CONFIG],
      useFactory: (keyRing: KeyRing, { tokens }: UsersConfig) => new AccessTokens(keyRing, tokens),
    },
  ],
})
export class SessionsModule {}
