import { z } from 'zod';

import type { Author } from '../author.schema.js';

/** Who wrote something, as far as it is known: the names are null while users can't be asked. */
export const authorResponse = z
  .object({
    accountId: z.uuid(),
    username: z.string().nullable(),
    displayName: z.string().nullable(),
    avatarUrl: z.string().nullable(),
  })
  .meta({ id: 'Author' });
export type AuthorResponse = z.output<typeof authorResponse>;

/** Authors by their account's id. */
export type Authors = ReadonlyMap<string, Author>;

export function toAuthorResponse(accountId: string, authors: Authors): AuthorResponse {
  const author = authors.get(accountId);
  const known = author?.erasedAt === undefined ? author : undefined;
  const { username = null, displayName = null, avatarUrl = null } = known ?? {};
  return { accountId, username, displayName, avatarUrl };
}
