import { Module } from '@nestjs/common';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { TokenMint } from './one-time-token.js';
import { OneTimeTokens } from './one-time-tokens.js';

/** Tokens in mails. */
@Module({
  providers: [
    OneTimeTokens,
    {
      provide: TokenMint,
      inject: [USERS_CONFIG],
      useFactory: ({ authSecret }: UsersConfig) => new TokenMint(authSecret),
    },
  ],
  exports: [OneTimeTokens],
})
export class OneTimeTokensModule {}
