import { z } from 'zod';

/** What a person may be told of. */
const NOTIFICATIONS = ['comments', 'likes', 'newsletter'] as const;

const theme = z.enum(['system', 'light', 'dark']);

/** As `en` and `pt-BR`, in the one spelling of the tag that `Intl` gives. */
const language = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, 'must be a language tag (BCP 47) such as pt-BR')
  // Before the transformation, beyond which zod describes no examples.
  .meta({ examples: ['pt-BR'] })
  .transform((tag, context) => {
    try {
      return Intl.getCanonicalLocales(tag)[0] ?? tag;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a language tag (BCP 47)' });
      return z.NEVER;
    }
  });

/** How the account likes to be served; what is not there is left to the application. */
export const preferences = z.strictObject({
  theme: theme.optional(),
  language: z.string().optional().describe('A language tag (BCP 47).'),
  notifications: z.partialRecord(z.enum(NOTIFICATIONS), z.boolean()).optional(),
});
export type Preferences = z.output<typeof preferences>;

/**
 * A merge patch of them. Closed and with every member optional, so that whatever it is merged into
 * stays as the schema above has it.
 */
export const preferencesPatch = z.strictObject({
  theme: theme.nullable().optional(),
  language: language
    .nullable()
    .optional()
    .meta({ examples: ['pt-BR'] }),
  notifications: z
    .partialRecord(z.enum(NOTIFICATIONS), z.boolean().nullable())
    .nullable()
    .optional(),
});
