import { z } from 'zod';

import { displayName, email, newPassword, username } from './account-fields.js';

/** What a person gives to sign up. */
export const signUp = z.strictObject({ email, username, password: newPassword, displayName });
export type SignUp = z.output<typeof signUp>;
