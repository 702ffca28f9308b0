import { z } from 'zod';

import { email, newPassword, presentPassword } from '../../accounts/dto/account-fields.js';
import { oneTimeToken } from '../../one-time-tokens/one-time-token.dto.js';

/** What a person gives to have another password. */
export const passwordChange = z.strictObject({ currentPassword: presentPassword, newPassword });
export type PasswordChange = z.output<typeof passwordChange>;

/** What a person gives who has forgotten the password. */
export const passwordResetRequest = z.strictObject({ email });
export type PasswordResetRequest = z.output<typeof passwordResetRequest>;

/** The code that was sent, and what the password is to be. */
export const passwordReset = z.strictObject({ token: oneTimeToken, newPassword });
export type PasswordReset = z.output<typeof passwordReset>;
