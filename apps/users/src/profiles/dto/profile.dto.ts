import { z } from 'zod';

import type { Account } from '../../accounts/account.entity.js';
import { avatarUrl, bio, displayName } from '../../accounts/dto/account-fields.js';
import { preferences, preferencesPatch } from './preferences.js';

/** A profile as its owner sees it. */
export const profileView = z.object({
  accountId: z.uuid(),
  username: z.string(),
  displayName: z.string(),
  bio: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  preferences: preferences.describe('For the owner and the services alone.'),
  metadata: z
    .record(z.string(), z.unknown())
    .describe('What applications keep with the account. For the owner alone.'),
  version: z.int().positive().describe('What the ETag is made of.'),
  updatedAt: z.iso.datetime(),
});
export type ProfileView = z.output<typeof profileView>;

/** A merge patch (RFC 7396) of a profile: null takes away, objects are merged, lists replaced. */
export const profilePatch = z.strictObject({
  displayName: displayName.optional(),
  bio: bio.nullable().optional(),
  avatarUrl: avatarUrl.nullable().optional(),
  preferences: preferencesPatch.nullable().optional(),
  metadata: z
    .record(z.string(), z.unknown())
    .nullable()
    .optional()
    .describe('At most 8 KiB, 8 levels and 500 values once it is merged.')
    .meta({ examples: [{ onboarding: { step: 3 } }] }),
});
export type ProfilePatch = z.output<typeof profilePatch>;

/** A profile with all that is its owner's. */
export function toProfileView({ id, username, version, updatedAt, profile }: Account): ProfileView {
  const {
    displayName: name,
    bio: about,
    avatarUrl: picture,
    preferences: liked,
    metadata,
  } = profile;
  return {
    accountId: id,
    username,
    displayName: name,
    bio: about,
    avatarUrl: picture,
    preferences: liked,
    metadata: { ...metadata },
    version,
    updatedAt: updatedAt.toISOString(),
  };
}
