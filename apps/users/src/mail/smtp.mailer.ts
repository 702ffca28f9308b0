import { createTransport } from 'nodemailer';

import { MailRefusedError, Mailer, type OutgoingMail } from './mailer.js';
import { toMessage } from './mail-message.js';

/** Where mails go. */
export interface SmtpOptions {
  /** `smtps://user:password@host`, or `smtp://…` for STARTTLS where the server has it. */
  readonly url: string;
  /** `Trilith <no-reply@example.org>` */
  readonly from: string;
  /** For a mail as a whole, from the connection to the server's last answer; in milliseconds. */
  readonly timeoutMs: number;
}

/** nodemailer's codes of what the server said about this mail or this recipient. */
const ABOUT_THE_MAIL = new Set(['EENVELOPE', 'EMESSAGE']);

/** Hands mails to an SMTP server, over a connection each: few are sent, and none waits for another. */
export class SmtpMailer extends Mailer {
  readonly #transport;

  constructor(private readonly options: SmtpOptions) {
    super();
    const { url, timeoutMs } = options;
    this.#transport = createTransport({
      url,
      dnsTimeout: timeoutMs,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // The server has answered by then: nothing is to be waited for.
      socketCloseTimeout: 0,
    });
  }

  async send(mail: OutgoingMail): Promise<void> {
    const { from, timeoutMs } = this.options;
    // Those of the transport are for silence: a server that dribbles would never run into them.
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      await this.#transport.sendMail({ ...toMessage(mail, from), signal });
    } catch (error) {
      throw isFinal(error) ? new MailRefusedError(error) : error;
    }
  }
}

/** 5xx, RFC 5321, 4.2.1; said of the sender's own credentials it is no reason to give a mail up. */
function isFinal(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, responseCode } = error as Error & { code?: string; responseCode?: number };
  return ABOUT_THE_MAIL.has(code ?? '') && (responseCode ?? 0) >= 500;
}
