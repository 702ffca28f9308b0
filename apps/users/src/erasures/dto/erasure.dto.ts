import { z } from 'zod';

import { presentPassword } from '../../accounts/dto/account-fields.js';
import type { Erasure } from '../erasure.entity.js';

/** What a person gives to be forgotten. */
export const erasureRequest = z.strictObject({ currentPassword: presentPassword });
export type ErasureRequest = z.output<typeof erasureRequest>;

const moment = z.iso.datetime().nullable();

/** How far an erasure is. */
export const erasureView = z.object({
  id: z.uuid().describe('Whoever has it may ask how far the erasure is.'),
  requestedAt: z.iso.datetime(),
  completedAt: moment,
  confirmedAt: z
    .object({ users: moment, content: moment, analytics: moment })
    .describe('When each service had erased its part.'),
});
export type ErasureView = z.output<typeof erasureView>;

export function toErasureView(erasure: Erasure): ErasureView {
  const { id, requestedAt, completedAt, usersAt, contentAt, analyticsAt } = erasure;
  const text = (date: Date | null) => date?.toISOString() ?? null;
  return {
    id,
    requestedAt: requestedAt.toISOString(),
    completedAt: text(completedAt),
    confirmedAt: { users: text(usersAt), content: text(contentAt), analytics: text(analyticsAt) },
  };
}
