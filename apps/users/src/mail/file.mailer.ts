import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { createTransport } from 'nodemailer';

import { Mailer, type OutgoingMail } from './mailer.js';
import { toMessage } from './mail-message.js';

/** Where mails are put. */
export interface MailFiles {
  /** Made if it is not there. */
  readonly directory: string;
  readonly from: string;
}

/** Writes each mail to a file, `<id>.eml`, which any mail program opens: for machines of developers. */
export class FileMailer extends Mailer {
  readonly #composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });

  constructor(private readonly options: MailFiles) {
    super();
  }

  async send(mail: OutgoingMail): Promise<void> {
    const { directory, from } = this.options;
    const { message } = await this.#composer.sendMail(toMessage(mail, from));
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = path.join(directory, `${mail.id}.eml`);
    // A reader sees a whole mail or none.
    await writeFile(`${file}.part`, message, { mode: 0o600 });
    await rename(`${file}.part`, file);
  }
}
