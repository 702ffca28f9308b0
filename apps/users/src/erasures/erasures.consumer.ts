import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { accountErased, erasureConfirmed, type PayloadOf } from '@trilith/contracts';
import { type RedisStreamsContext, Subscribe } from '@trilith/messaging';

import { AccountEraser } from './account-eraser.js';
import { ErasuresRepository } from './erasures.repository.js';

/** This service's part of an erasure, and what the others say of theirs. */
@Controller()
export class ErasuresConsumer {
  constructor(
    private readonly eraser: AccountEraser,
    private readonly erasures: ErasuresRepository,
  ) {}

  @Subscribe(accountErased)
  async onErased(
    @Payload() erasure: PayloadOf<typeof accountErased>,
    @Ctx() context: RedisStreamsContext,
  ): Promise<void> {
    await this.eraser.erase(erasure, () => context.extend());
  }

  @Subscribe(erasureConfirmed)
  async onConfirmed(
    @Payload() { erasureId, service }: PayloadOf<typeof erasureConfirmed>,
  ): Promise<void> {
    await this.erasures.confirm(erasureId, service);
  }
}
