import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { accountErased } from '@trilith/contracts';
import { RedisStreamsContext, Subscribe } from '@trilith/messaging';

import { ErasuresService } from './erasures.service.js';
import { type ErasedAccount, erasureSwept } from './erasures.messages.js';

/** This service's part of an erasure. */
@Controller()
export class ErasuresConsumer {
  constructor(private readonly erasures: ErasuresService) {}

  @Subscribe(accountErased)
  async onErased(
    @Payload() erased: ErasedAccount,
    @Ctx() context: RedisStreamsContext,
  ): Promise<void> {
    await this.erasures.begin(erased, async () => context.extend());
  }

  @Subscribe(erasureSwept)
  async onSwept(
    @Payload() erased: ErasedAccount,
    @Ctx() context: RedisStreamsContext,
  ): Promise<void> {
    await this.erasures.finish(erased, async () => context.extend());
  }
}
