import { Module } from '@nestjs/common';

import { AccountsModule } from '../accounts/accounts.module.js';
import { ActivityModule } from '../activity/activity.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { KeyRing } from '../signing-keys/key-ring.js';
import { SigningKeysModule } from '../signing-keys/signing-keys.module.js';
import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { AccessTokens } from './access-tokens.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsService } from './sessions.service.js';

/** Signing in. */
@Module({
  imports: [AccountsModule, ActivityModule, CredentialsModule, SigningKeysModule],
  controllers: [SessionsController],
  providers: [
    SessionsService,
    {
      provide: AccessTokens,
      inject: [KeyRing, USERS_CONFIG],
      useFactory: (keyRing: KeyRing, { tokens }: UsersConfig) => new AccessTokens(keyRing, tokens),
    },
  ],
})
export class SessionsModule {}
