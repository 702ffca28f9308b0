/** A mail as it leaves. */
export interface OutgoingMail {
  /** uuid; who gets a mail twice can tell by the Message-ID, which is made of it. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Whatever takes mails. */
export abstract class Mailer {
  /**
   * Resolves when the mail is handed over, within a deadline.
   *
   * @throws MailRefusedError when trying again is of no use
   * @throws whatever else kept it: it may have been taken all the same
   */
  abstract send(mail: OutgoingMail): Promise<void>;
}

/** The mail or its recipient was refused for good. */
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError';

  constructor(cause: Error) {
    super('The mail server refused the mail for good', { cause });
  }
}
