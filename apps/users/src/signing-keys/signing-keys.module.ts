import { TransactionHost } from '@nestjs-cls/transactional';
import { Module } from '@nestjs/common';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { JwksController } from './jwks.controller.js';
import { KeyRing } from './key-ring.js';
import { KeySealer } from './key-sealer.js';
import { SigningKeysRepository } from './signing-keys.repository.js';

/** The keys behind access tokens, and the address where others find their public halves. */
@Module({
  controllers: [JwksController],
  providers: [
    SigningKeysRepository,
    {
      provide: KeyRing,
      inject: [SigningKeysRepository, TransactionHost, USERS_CONFIG],
      useFactory: (
        repository: SigningKeysRepository,
        transaction: TransactionHost,
        { authSecret, tokens }: UsersConfig,
      ) =>
        new KeyRing(repository, transaction, {
          sealer: new KeySealer(authSecret),
          publishRetiredForMs: tokens.ttlMs,
        }),
    },
  ],
  exports: [KeyRing],
})
export class SigningKeysModule {}
