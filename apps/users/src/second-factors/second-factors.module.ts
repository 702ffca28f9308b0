import { Module } from '@nestjs/common';

import { AccountLocksModule } from '../account-locks/account-locks.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { KeySealer } from '../signing-keys/key-sealer.js';
import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { SecondFactorCodes } from './second-factor-codes.js';
import { SecondFactorsController } from './second-factors.controller.js';
import { SecondFactorsRepository } from './second-factors.repository.js';
import { SecondFactorsService } from './second-factors.service.js';

/** Codes besides passwords: having them, and asking for them. */
@Module({
  imports: [AccountLocksModule, AccountsModule],
  controllers: [SecondFactorsController],
  providers: [
    SecondFactorsRepository,
    SecondFactorsService,
    {
      provide: SecondFactorCodes,
      inject: [SecondFactorsRepository, USERS_CONFIG],
      useFactory: (factors: SecondFactorsRepository, { authSecret }: UsersConfig) =>
        new SecondFactorCodes(factors, new KeySealer(authSecret, 'second factors')),
    },
  ],
  exports: [SecondFactorCodes],
})
export class SecondFactorsModule {}
