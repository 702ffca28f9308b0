import type { TokenPurpose } from '../one-time-tokens/one-time-token.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.js';
import { render } from './letter.js';
import { mailText, TOKEN_TTL_MS } from './mail-texts.js';
import type { OutgoingMail } from './mailer.js';
import { type Addressee, type ClaimedMail, MailsRepository } from './mails.repository.js';

/** Writes mails at the moment of sending: it is then that a mail's token is made. */
export class MailComposer {
  /** @param appUrl where people are; undefined where they use the API by itself */
  constructor(
    private readonly mails: MailsRepository,
    private readonly tokens: OneTimeTokens,
    private readonly appUrl: string | undefined,
  ) {}

  /** Undefined when nobody may want the mail: no account has the address, or its token is worthless. */
  async compose(mail: ClaimedMail): Promise<OutgoingMail | undefined> {
    const addressee = await this.mails.findAddressee(mail);
    if (addressee === undefined) return undefined;
    const { purpose, write } = mailText(mail.kind);
    const token = purpose && (await this.tokenFor(purpose, mail, addressee));
    if (purpose !== undefined && token === undefined) return undefined;
    const { data, id, recipient: to } = mail;
    const { username } = addressee;
    return { id, to, ...render(write({ username, data, token, appUrl: this.appUrl })) };
  }

  private async tokenFor(
    purpose: TokenPurpose,
    { id, recipient: email, createdAt }: ClaimedMail,
    { accountId }: Addressee,
  ): Promise<string | undefined> {
    const expiresAt = new Date(createdAt.getTime() + TOKEN_TTL_MS[purpose]);
    if (expiresAt.getTime() <= Date.now()) return undefined;
    return this.tokens.issue({ id, accountId, purpose, email, expiresAt });
  }
}
