import { Injectable, Logger } from '@nestjs/common';

import { BoundedQueue } from '../credentials/bounded-queue.js';
import { MailComposer } from './mail-composer.js';
import { MailSchedule } from './mail-schedule.js';
import { Mailer, MailRefusedError } from './mailer.js';
import { type ClaimedMail, MailsRepository } from './mails.repository.js';

/** Longer than an attempt can take: such a mail is free again when its process has died. */
const CLAIM_MS = 60_000;
/** Attempts at a time. A slow server must not keep the handlers of all other events waiting. */
const MOST_ATTEMPTS = 8;
/** When a mail is looked at again that found no place among those. */
const BUSY_MS = 5_000;

/** No place is free. */
class BusyError extends Error {}

/**
 * Sends mails. What fails is tried again by a later event. **Promised**: a mail that was asked for is
 * sent, dropped because nobody may want it any more, or given up, and its row says which. A process that
 * dies after the server took a mail lets it be sent a second time, under the same Message-ID.
 */
@Injectable()
export class MailDelivery {
  private readonly logger = new Logger(MailDelivery.name);
  private readonly attempts = new BoundedQueue({ concurrency: MOST_ATTEMPTS, maxWaiting: 0 });

  constructor(
    private readonly mails: MailsRepository,
    private readonly composer: MailComposer,
    private readonly mailer: Mailer,
    private readonly schedule: MailSchedule,
  ) {}

  /** Tries to send a mail, unless it is settled. However often it is called, one attempt runs at a time. */
  async deliver(mailId: string): Promise<void> {
    try {
      await this.attempts.run(
        async () => this.attempt(mailId),
        () => new BusyError(),
      );
    } catch (error) {
      if (!(error instanceof BusyError)) throw error;
      await this.schedule.defer(mailId, new Date(Date.now() + BUSY_MS));
    }
  }

  private async attempt(mailId: string): Promise<void> {
    const claimed = await this.mails.claim(mailId, CLAIM_MS);
    if (claimed) return this.send(claimed);
    const busyUntil = await this.mails.busyUntil(mailId);
    // Somebody is at it, or has died over it: this event must not be the last one then.
    if (busyUntil) await this.schedule.defer(mailId, busyUntil);
  }

  private async send(claimed: ClaimedMail): Promise<void> {
    const mail = await this.composer.compose(claimed);
    if (mail === undefined) return this.mails.settle(claimed.id, 'dropped');
    try {
      await this.mailer.send(mail);
    } catch (error) {
      return this.onFailure(claimed, error);
    }
    await this.mails.settle(claimed.id, 'sent');
  }

  private async onFailure(claimed: ClaimedMail, error: unknown): Promise<void> {
    const { id, kind, attempts } = claimed;
    const isFinal = error instanceof MailRefusedError;
    if (!isFinal && (await this.schedule.retry(claimed))) {
      this.logger.warn({ err: error, id, kind, attempts }, 'a mail could not be sent yet');
      return;
    }
    await this.mails.settle(id, 'given_up');
    this.logger.error({ err: error, id, kind, attempts }, 'a mail is given up');
  }
}
