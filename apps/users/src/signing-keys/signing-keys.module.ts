import { TransactionHost } from '@nestjs-cls/transactional';
import { Module } from '@nestjs/common';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { JwksController } from './jwks.controller.js';
import { KeyPairs } from './key-pairs.js';
import { KeyRing } from './key-ring.js';
import { KeyRotation } from './key-rotation.js';
import { KeySealer } from './key-sealer.js';
import { SigningKeysKeeper } from './signing-keys.keeper.js';
import { SigningKeysRepository } from './signing-keys.repository.js';

/** More than whoever keeps the published set keeps it for. */
const LONGEST_AHEAD_MS = 3_600_000;
/** A replica may sign with a retired key until it looks again, and clocks may differ. */
const LATEST_MS = 600_000;

/** The keys behind access tokens, and the address where others find their public halves. */
@Module({
  controllers: [JwksController],
  providers: [
    SigningKeysRepository,
    SigningKeysKeeper,
    {
      provide: KeyPairs,
      inject: [USERS_CONFIG],
      useFactory: ({ authSecret }: UsersConfig) => new KeyPairs(new KeySealer(authSecret)),
    },
    {
      provide: KeyRotation,
      inject: [SigningKeysRepository, TransactionHost, KeyPairs, USERS_CONFIG],
      useFactory: (
        repository: SigningKeysRepository,
        transaction: TransactionHost,
        pairs: KeyPairs,
        { signingKeys: { rotateEveryMs }, tokens }: UsersConfig,
      ) =>
        new KeyRotation(repository, transaction, pairs, {
          rotateEveryMs,
          publishAheadMs: Math.min(LONGEST_AHEAD_MS, rotateEveryMs / 2),
          publishRetiredForMs: tokens.ttlMs + LATEST_MS,
        }),
    },
    {
      provide: KeyRing,
      inject: [KeyRotation, KeyPairs],
      useFactory: (rotation: KeyRotation, pairs: KeyPairs) => new KeyRing(rotation, pairs),
    },
  ],
  exports: [KeyRing],
})
export class SigningKeysModule {}
