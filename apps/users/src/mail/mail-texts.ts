import type { TokenPurpose } from '../one-time-tokens/one-time-token.js';
import type { Letter, LetterPart } from './letter.js';

/** What a text is made of. Nothing in it is free text of somebody else's: see {@link mailTexts}. */
export interface MailContext {
  readonly username: string;
  readonly data: Readonly<Record<string, string>>;
  /** Present in mails that carry one. */
  readonly token: string | undefined;
  /** Where people are; undefined where they use the API by itself. */
  readonly appUrl: string | undefined;
}

interface MailText {
  /** What the mail's token is for; such a mail is worthless, and not sent, once its time is over. */
  readonly purpose?: TokenPurpose;
  readonly write: (context: MailContext) => Letter;
}

const HOUR_MS = 3_600_000;

/** How long tokens are good, from when the mail was asked for; in milliseconds. */
export const TOKEN_TTL_MS: Record<TokenPurpose, number> = {
  verify_email: 48 * HOUR_MS,
  change_email: 24 * HOUR_MS,
  reset_password: HOUR_MS,
};

const UNASKED = 'If this was not you, please change your password and sign out everywhere.';

/**
 * The mails that there are. They hold usernames and addresses, which are of a few characters, and never
 * a display name: whoever signs up with somebody else's address must not be able to write to it.
 */
export const mailTexts = {
  verify_email: {
    purpose: 'verify_email',
    write: ({ username, ...context }) => ({
      subject: 'Please confirm your e-mail address',
      parts: [
        `Hello ${username},`,
        'please confirm that this address is yours:',
        ...way(context, 'verify-email'),
        'It works once, for 48 hours. If you did not sign up, you need not do anything.',
      ],
    }),
  },
  change_email: {
    purpose: 'change_email',
    write: ({ username, ...context }) => ({
      subject: 'Please confirm your new e-mail address',
      parts: [
        `Hello ${username},`,
        'please confirm that this is to be the address of your account from now on:',
        ...way(context, 'verify-email'),
        'It works once, for 24 hours. If you did not ask for it, you need not do anything.',
      ],
    }),
  },
  email_change_requested: {
    write: ({ username, data }) => ({
      subject: 'Your e-mail address is to be changed',
      parts: [
        `Hello ${username},`,
        `somebody who knows your password asked for ${data.newEmail} to be the address of your account. It stays as it is until that address is confirmed.`,
        UNASKED,
      ],
    }),
  },
  email_changed: {
    write: ({ username, data }) => ({
      subject: 'Your e-mail address was changed',
      parts: [
        `Hello ${username},`,
        `the address of your account is ${data.newEmail} now. This is the last mail to the one before.`,
        UNASKED,
      ],
    }),
  },
  reset_password: {
    purpose: 'reset_password',
    write: ({ username, ...context }) => ({
      subject: 'Choose a new password',
      parts: [
        `Hello ${username},`,
        'you can choose a new password here:',
        ...way(context, 'reset-password'),
        'It works once, for an hour. If you did not ask for it, you need not do anything.',
      ],
    }),
  },
  password_changed: {
    write: ({ username }) => ({
      subject: 'Your password was changed',
      parts: [
        `Hello ${username},`,
        'the password of your account was changed, and all other sessions have ended.',
        'If this was not you, please ask for a new password by mail at once.',
      ],
    }),
  },
} satisfies Record<string, MailText>;

/** Names a text. */
export type MailKind = keyof typeof mailTexts;

/** The text of a kind. */
export function mailText(kind: MailKind): MailText {
  return mailTexts[kind];
}

/** In the fragment of the address: what is there is neither sent to servers nor kept in their logs. */
function way({ appUrl, token = '' }: Omit<MailContext, 'username'>, page: string): LetterPart[] {
  if (appUrl === undefined) return [{ code: token }];
  return [
    { link: `${appUrl.replace(/\/$/, '')}/${page}#token=${token}` },
    'Or enter this code there:',
    { code: token },
  ];
}
