import { z } from 'zod';

const MOST_TAGS = 10;

/**
 * A tag in the one spelling that all of its spellings share: compatibility forms folded, lower
 * case. Letters, marks and digits of any script; `-`, `_`, `.`, `+` and `#` inside.
 */
export const tag = z
  .string()
  .max(200)
  .trim()
  .normalize('NFKC')
  .toLowerCase()
  .min(1)
  .max(50)
  .regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}+#._-]*$/u, {
    error: 'takes letters and digits, with - _ . + # inside',
  })
  .meta({ examples: ['node.js'] });

/** Up to 10 tags; a repeated one counts once. */
export const tags = z
  .array(tag)
  .max(MOST_TAGS)
  .transform((given) => [...new Set(given)]);
