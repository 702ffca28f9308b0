import { duration, type Variable, variable } from '@trilith/config';

/** So much in so long. */
export interface Rate {
  readonly limit: number;
  readonly windowMs: number;
}

const MOST = 1_000_000;
const LONGEST_MS = 366 * 86_400_000;
const time = duration();

/** A variable that says how much is let through in which time, such as `20/15m`. */
export function rate(fallback: string): Variable<Rate> {
  return variable({
    takes: `how many in which time, such as 20/15m: from 1 to ${MOST}, in up to 366d`,
    parse: parseRate,
    default: parseRate(fallback),
  });
}

function parseRate(text: string): Rate | undefined {
  const [, count = '', span = ''] = /^(\d{1,7})\/(\S+)$/.exec(text) ?? [];
  const limit = Number(count);
  const { data: windowMs = 0 } = time.safeParse(span);
  if (limit < 1 || limit > MOST || windowMs < 1 || windowMs > LONGEST_MS) return undefined;
  return { limit, windowMs };
}
