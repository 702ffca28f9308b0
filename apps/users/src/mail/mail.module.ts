import { TransactionHost } from '@nestjs-cls/transactional';
import { Module } from '@nestjs/common';
import { LockManager } from '@trilith/locks';
import { Outbox } from '@trilith/messaging';

import { usersLocks } from '../locks/locks.module.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.js';
import { OneTimeTokensModule } from '../one-time-tokens/one-time-tokens.module.js';
import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { FileMailer } from './file.mailer.js';
import { MailComposer } from './mail-composer.js';
import { MailDelivery } from './mail-delivery.js';
import { MailSchedule } from './mail-schedule.js';
import { Mailer } from './mailer.js';
import { MailsConsumer } from './mails.consumer.js';
import { MailsKeeper } from './mails.keeper.js';
import { Mails } from './mails.js';
import { MailsRepository } from './mails.repository.js';
import { SmtpMailer } from './smtp.mailer.js';

/** Mails to people: asked for in a transaction, sent after it. */
@Module({
  imports: [OneTimeTokensModule, usersLocks],
  controllers: [MailsConsumer],
  providers: [
    Mails,
    MailsRepository,
    MailDelivery,
    {
      provide: Mailer,
      inject: [USERS_CONFIG],
      useFactory: ({ mail: { smtpUrl, directory, from, timeoutMs } }: UsersConfig): Mailer =>
        smtpUrl === undefined
          ? new FileMailer({ directory, from })
          : new SmtpMailer({ url: smtpUrl, from, timeoutMs }),
    },
    {
      provide: MailComposer,
      inject: [MailsRepository, OneTimeTokens, USERS_CONFIG],
      useFactory: (mails: MailsRepository, tokens: OneTimeTokens, { mail }: UsersConfig) =>
        new MailComposer(mails, tokens, mail.appUrl),
    },
    {
      provide: MailSchedule,
      inject: [MailsRepository, Outbox, TransactionHost, USERS_CONFIG],
      useFactory: (
        mails: MailsRepository,
        outbox: Outbox,
        transaction: TransactionHost,
        { mail }: UsersConfig,
      ) => new MailSchedule(mails, outbox, transaction, mail.retries),
    },
    {
      provide: MailsKeeper,
      inject: [MailsRepository, OneTimeTokens, LockManager],
      useFactory: (mails: MailsRepository, tokens: OneTimeTokens, locks: LockManager) =>
        new MailsKeeper(mails, tokens, locks),
    },
  ],
  exports: [Mails],
})
export class MailModule {}
