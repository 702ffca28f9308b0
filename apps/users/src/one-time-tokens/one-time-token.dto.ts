import { z } from 'zod';

import { TOKEN_LENGTH } from './one-time-token.js';

/** A code out of a mail. */
export const oneTimeToken = z
  .string()
  .trim()
  .regex(new RegExp(`^[\\w-]{${TOKEN_LENGTH}}$`), 'must be a code as it stands in the mail')
  .meta({ description: 'The code of the mail.', examples: ['x'.repeat(TOKEN_LENGTH)] });
