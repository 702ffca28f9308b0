import { text } from '@trilith/service';
import { z } from 'zod';

import { isCommonPassword } from '../../credentials/common-passwords.js';

/** Controls, line ends and marks that turn the text around them: nothing to see in a name. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** The form in which addresses are stored and compared: trimmed and in lower case. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, { error: 'must be at most 254 characters', abort: true })
  .check(z.email('must be an e-mail address'))
  .meta({ format: 'email', examples: ['ada@example.org'] });

/** Usernames ignore case; they are stored and shown in lower case. */
export const username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9_]{3,30}$/, 'must be 3 to 30 letters, digits or underscores')
  .meta({ examples: ['ada_lovelace'] });

/** Any characters, no rules of composition; but none that half the world has. */
export const newPassword = text({ min: 8, max: 128 })
  .refine((password) => !isCommonPassword(password), 'is among the most common passwords')
  .meta({ format: 'password', examples: ['correct horse battery staple'] });

/** A password that is there already: what was once taken is taken, whatever the rules are now. */
export const presentPassword = text({ min: 1, max: 128 }).meta({ format: 'password' });

/** What people see of an account instead of its username. */
export const displayName = text({ min: 1, max: 80, trim: true, visible: true })
  .refine((name) => !UNPRINTABLE.test(name), 'must not hold control characters')
  .meta({ examples: ['Ada Lovelace'] });

/** What people say of themselves, in lines. */
export const bio = text({ min: 1, max: 500, trim: true, visible: true })
  .refine(
    (prose) => !UNPRINTABLE.test(prose.replaceAll('\n', '')),
    'must not hold control characters',
  )
  .meta({ examples: ['Countess of Lovelace.\nI write notes on engines.'] });

/** An image on the web, by `https:` only, without user name or password. */
export const avatarUrl = text({ min: 1, max: 2048 })
  // Parsing an address would drop some of these and escape others: it would not stay as given.
  .refine((address) => !UNPRINTABLE.test(address), 'must not hold control characters')
  .pipe(z.url({ protocol: /^https$/, normalize: true, error: 'must be an https: address' }))
  .refine((address) => address.length <= 2048, 'must be at most 2048 characters')
  .refine((address) => !/^https:\/\/[^/]*@/.test(address), 'must not hold a user name or password')
  .meta({ examples: ['https://images.example.org/ada.png'] });
