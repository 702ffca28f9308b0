import { z } from 'zod';

import { avatarUrl, displayName, username } from './account-fields.js';

/** What a person changes about the own account; a field left out stays as it is. */
export const accountChange = z.strictObject({
  displayName: displayName.optional(),
  avatarUrl: avatarUrl.nullable().optional().describe('Null takes the picture away.'),
});
export type AccountChange = z.output<typeof accountChange>;

/** What a person gives to be called otherwise. */
export const usernameChange = z.strictObject({ username });
export type UsernameChange = z.output<typeof usernameChange>;
