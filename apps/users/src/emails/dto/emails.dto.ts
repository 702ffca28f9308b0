import { z } from 'zod';

import { email, presentPassword } from '../../accounts/dto/account-fields.js';
import { oneTimeToken } from '../../one-time-tokens/one-time-token.dto.js';

/** What a person gives to have another e-mail address. */
export const emailChange = z.strictObject({ email, currentPassword: presentPassword });
export type EmailChange = z.output<typeof emailChange>;

/** The code that was sent to an address. */
export const emailConfirmation = z.strictObject({ token: oneTimeToken });
export type EmailConfirmation = z.output<typeof emailConfirmation>;
