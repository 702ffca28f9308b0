import { z } from 'zod';

/** Bounds of a {@link wholeNumber}, both inclusive. */
export interface WholeNumberBounds {
  min: number;
  max: number;
}

/**
 * A whole number in a query or a path, written in digits as people write it. What JavaScript takes
 * besides (`0x10`, `1e1`, ` 7 `, `+7`, nothing) is refused.
 *
 * A default is given by `.prefault(20)`: zod leaves one of `.default` out of the OpenAPI document.
 */
export function wholeNumber({ min, max }: WholeNumberBounds) {
  return z.preprocess(
    (value) =>
      typeof value === 'string' && /^(0|-?[1-9]\d*)$/.test(value) ? Number(value) : value,
    z.int().min(min).max(max),
  );
}
