import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { PayloadOf } from '@trilith/contracts';
import { Subscribe } from '@trilith/messaging';

import { MailDelivery } from './mail-delivery.js';
import { mailRequested } from './mails.messages.js';

/** Sends what this service asked for itself. */
@Controller()
export class MailsConsumer {
  constructor(private readonly delivery: MailDelivery) {}

  @Subscribe(mailRequested)
  async onRequested(@Payload() { mailId }: PayloadOf<typeof mailRequested>): Promise<void> {
    await this.delivery.deliver(mailId);
  }
}
