import type { SendMailOptions } from 'nodemailer';

import type { OutgoingMail } from './mailer.js';

/** Part of each Message-ID; the recipient's server looks at the sender's domain, not at this. */
const MESSAGE_ID_HOST = 'trilith.invalid';

/**
 * A mail as nodemailer takes it. The recipient is an object and stands in the envelope by itself: a text
 * would be parsed, and might be read as several addresses. nodemailer folds and encodes all headers.
 */
export function toMessage(
  { id, to, subject, text, html }: OutgoingMail,
  from: string,
): SendMailOptions {
  return {
    from,
    to: { name: '', address: to },
    subject,
    text,
    html,
    messageId: `<${id}@${MESSAGE_ID_HOST}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
