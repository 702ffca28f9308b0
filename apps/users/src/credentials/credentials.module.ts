import { Module } from '@nestjs/common';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { PasswordHasher } from './password-hasher.js';

/** Passwords: one bounded place to hash and check them. */
@Module({
  providers: [
    {
      provide: PasswordHasher,
      inject: [USERS_CONFIG],
      useFactory: ({ passwords }: UsersConfig) => PasswordHasher.create(passwords),
    },
  ],
  exports: [PasswordHasher],
})
export class CredentialsModule {}
