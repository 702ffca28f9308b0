import { dictionary } from '@zxcvbn-ts/language-common';

/**
 * Passwords that many people had, from leaked lists, as zxcvbn gathered them; all in lower case. Who
 * guesses begins with these.
 */
const common = new Set(dictionary['passwords-common']);

/** Whether a password is among the most common, however its letters are written. */
export function isCommonPassword(password: string): boolean {
  return common.has(password.normalize('NFKC').toLowerCase());
}
