import { z } from 'zod';

/** Bounds of a {@link text}, in UTF-16 units, both inclusive. */
export interface TextBounds {
  /** Default 0. */
  min?: number;
  max: number;
  /** Drops white space at both ends before the bounds are checked. Default false. */
  trim?: boolean;
  /** Refuses a text that shows nothing: white space, joiners, fillers alone. Default false. */
  visible?: boolean;
}

/** A character that leaves ink. Unicode counts fillers such as U+3164 among the letters. */
const INK = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v;

/**
 * Text that every store can hold: no U+0000 (PostgreSQL refuses it) and no lone surrogates (they
 * have no UTF-8 form, so they would come back changed).
 */
export function text({ min = 0, max, trim = false, visible = false }: TextBounds): z.ZodString {
  const bounded = (trim ? z.string().trim() : z.string()).min(min).max(max);
  const storable = bounded.refine(isStorable, {
    error: 'Contains a character that cannot be stored.',
  });
  if (!visible) return storable;
  return storable.refine((value) => INK.test(value), { error: 'Shows no character at all.' });
}

function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\u0000');
}
