import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';

import { MailServer } from './mail-server.js';
import { type ReceivedMail, tokenIn } from './received-mail.js';
import { openStores, startUsers, type Stores } from './users-app.js';

/** The service with a mail server beside it, which gets what the service sends. */
export class MailedApp {
  private constructor(
    readonly stores: Stores,
    readonly server: MailServer,
    readonly app: NestFastifyApplication,
  ) {}

  static async start(more: Record<string, string> = {}): Promise<MailedApp> {
    const [stores, server] = await Promise.all([openStores(), MailServer.start()]);
    const app = await startUsers(stores, { SMTP_URL: server.url, ...more });
    await app.startAllMicroservices();
    return new MailedApp(stores, server, app);
  }

  /** The newest mail of a subject to an address, as soon as there are so many of it. */
  async mail(to: string, subject: RegExp, count = 1): Promise<ReceivedMail> {
    return eventually(() => {
      const mails = this.server
        .to(to)
        .filter(({ headers }) => subject.test(headers.get('subject') ?? ''));
      const mail = mails[count - 1];
      if (mail === undefined) throw new Error(`${mails.length} mails of ${subject} to ${to}`);
      return mail;
    });
  }

  /** The token in that mail. */
  async token(to: string, subject: RegExp, count = 1): Promise<string> {
    return tokenIn(await this.mail(to, subject, count));
  }

  /** Resolves when no mail is on its way any more. */
  async settled(): Promise<void> {
    await eventually(async () => {
      const { rowCount } = await this.stores.database.query(
        `SELECT FROM mails WHERE status = 'waiting'`,
      );
      if (rowCount !== 0) throw new Error(`${rowCount} mails wait`);
    });
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.server[Symbol.asyncDispose]();
    await this.stores.close();
  }
}
