import { z } from 'zod';

import { avatarUrl, displayName } from './account-fields.js';

/** What a person changes about the own account; a field left out stays as it is. */
export const accountChange = z.strictObject({
  displayName: displayName.optional(),
  avatarUrl: avatarUrl.nullable().optional().describe('Null takes the picture away.'),
});
export type AccountChange = z.output<typeof accountChange>;
