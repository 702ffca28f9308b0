import { z } from 'zod';

import { presentPassword } from '../../accounts/dto/account-fields.js';

/** What a person gives to close the account. */
export const deactivation = z.strictObject({ currentPassword: presentPassword });
export type Deactivation = z.output<typeof deactivation>;
