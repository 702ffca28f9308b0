import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import {
  accountCreated,
  accountLocked,
  accountUnlocked,
  accountUpdated,
  type PayloadOf,
  type PublicAccount,
} from '@trilith/contracts';
import { Subscribe } from '@trilith/messaging';

import { AuthorsService } from './authors.service.js';

/** Keeps the authors projection by the events of users. Versions make repeats and any order safe. */
@Controller()
export class AuthorsConsumer {
  constructor(private readonly authors: AuthorsService) {}

  @Subscribe(accountCreated)
  async onCreated(@Payload() account: PublicAccount): Promise<void> {
    await this.authors.keep(account);
  }

  @Subscribe(accountUpdated)
  async onUpdated(@Payload() account: PublicAccount): Promise<void> {
    await this.authors.keep(account);
  }

  @Subscribe(accountLocked)
  async onLocked(@Payload() lock: PayloadOf<typeof accountLocked>): Promise<void> {
    await this.authors.lock(lock);
  }

  @Subscribe(accountUnlocked)
  async onUnlocked(@Payload() account: PayloadOf<typeof accountUnlocked>): Promise<void> {
    await this.authors.unlock(account);
  }
}
