import { z } from 'zod';

import { accountView } from '../../accounts/dto/account.dto.js';
import { pageQuery, pageResponse } from '../../paging/page.js';
import { type Metadata, whatIsWrong } from '../../profiles/dto/metadata.js';

/** Which list of all accounts, and which page of it. */
export const accountsQuery = pageQuery.extend({
  sort: z
    .enum(['newest', 'name', 'last_sign_in'])
    .prefault('newest')
    .describe(
      '`name` goes by display names without case and accents; `last_sign_in` is for admins.',
    ),
});
export type AccountsQuery = z.output<typeof accountsQuery>;

const MOST_CHARACTERS = 1_000;

/** A part of a JSON object, written as JSON, with at least one value to look for in the index. */
const jsonPart = z
  .string()
  .max(MOST_CHARACTERS)
  .transform((text, context): string => {
    const part = objectIn(text);
    const wrong = part === undefined ? 'must be a JSON object with a value in it' : reason(part);
    if (wrong === undefined) return JSON.stringify(part);
    context.addIssue({ code: 'custom', message: wrong });
    return z.NEVER;
  });

/** What a profile must hold, and which page of those that do. */
export const byProfileQuery = pageQuery
  .extend({
    preferences: jsonPart.optional().meta({ examples: ['{"theme":"dark"}'] }),
    metadata: jsonPart.optional().meta({ examples: ['{"plan":"free"}'] }),
  })
  .refine(
    ({ preferences, metadata }) => (preferences ?? metadata) !== undefined,
    'takes preferences, metadata or both',
  );
export type ByProfileQuery = z.output<typeof byProfileQuery>;

/** An account in a list. */
export const listedAccount = accountView.extend({
  lastSignedInAt: z.iso.datetime().nullable().optional().describe('For admins alone.'),
});
export type ListedAccount = z.output<typeof listedAccount>;

export const accountPage = pageResponse(listedAccount).meta({ id: 'AccountPage' });
export type AccountPage = z.output<typeof accountPage>;

function objectIn(text: string): Metadata | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Metadata) : undefined;
  } catch {
    return undefined;
  }
}

/** The index knows values alone: for empty objects and lists, all of it would be read. */
function reason(part: Metadata): string | undefined {
  const wrong = whatIsWrong(part);
  if (wrong !== undefined) return wrong.message;
  return hasValue(part) ? undefined : 'must have a text, number, truth value or null in it';
}

function hasValue(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).some((inside) => hasValue(inside));
}
