import { z } from 'zod';

/** Bounds of a {@link text}, in UTF-16 units, both inclusive. */
export interface TextBounds {
  /** Default 0. */
  min?: number;
  max: number;
  /** Drops white space at both ends before the bounds are checked. Default false. */
  trim?: boolean;
}

/**
 * Text that every store can hold: no U+0000 (PostgreSQL refuses it) and no lone surrogates (they
 * have no UTF-8 form, so they would come back changed).
 */
export function text({ min = 0, max, trim = false }: TextBounds): z.ZodString {
  const bounded = (trim ? z.string().trim() : z.string()).min(min).max(max);
  return bounded.refine(isStorable, { error: 'Contains a character that cannot be stored.' });
}

function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\u0000');
}
