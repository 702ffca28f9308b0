import { variable, type Variable } from './variable.js';

/** A whole number within bounds, both inclusive. */
export function wholeNumber({
  min = 0,
  max = Number.MAX_SAFE_INTEGER,
  default: fallback,
}: { min?: number; max?: number; default?: number } = {}): Variable<number> {
  const upper = max === Number.MAX_SAFE_INTEGER ? 'up' : `to ${max}`;
  return variable({
    takes: `a whole number from ${min} ${upper}`,
    parse: (text) => {
      const value = /^[+-]?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    },
    default: fallback,
  });
}

/** A TCP port; 0 asks the system for a free one. Required unless a default is given. */
export function port(fallback?: number): Variable<number> {
  return wholeNumber({ min: 0, max: 65_535, default: fallback });
}

/** Text that is not empty, such as a host name. Required unless a default is given. */
export function words(fallback?: string): Variable<string> {
  return variable({ takes: 'some text', parse: (text) => text || undefined, default: fallback });
}

/**
 * An address with one of the given protocols, kept as text. A list of hosts, as MongoDB's drivers
 * take it, is fine. Passwords in it are never printed.
 *
 * @param protocols without the colon: `url('redis', 'rediss')`
 */
export function url(...protocols: readonly string[]): Variable<string> {
  return variable({
    takes: describeUrl(protocols),
    parse: (text) => (isUrl(text, protocols) ? text : undefined),
  });
}

/** One or more addresses separated by commas: `redis://a:6379,redis://b:6379`. */
export function urls(...protocols: readonly string[]): Variable<readonly string[]> {
  return variable({
    takes: `${describeUrl(protocols)}, or several separated by commas`,
    parse: (text) => {
      const all = text.split(',').map((part) => part.trim());
      return all.every((each) => isUrl(each, protocols)) ? all : undefined;
    },
  });
}

function describeUrl(protocols: readonly string[]): string {
  const listed = protocols.map((protocol) => `${protocol}://`).join(' or ');
  return listed === '' ? 'a URL' : `a URL that starts with ${listed}`;
}

function isUrl(text: string, protocols: readonly string[]): boolean {
  // The URL parser takes no list of hosts: the first host stands for all.
  const oneHost = text.replace(/^([a-z][a-z\d+.-]*:\/\/(?:[^@/]*@)?[^,/?]+)(?:,[^,/?]+)+/i, '$1');
  const parsed = URL.parse(oneHost);
  if (parsed === null) return false;
  const protocol = parsed.protocol.slice(0, -1);
  return protocols.length === 0 || (protocols.includes(protocol) && parsed.hostname !== '');
}

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A duration in milliseconds, written with its unit: `250ms`, `30s`, `15m`, `2h`, `7d`; `0` alone is
 * fine. Required unless a default is given.
 */
export function duration(fallback?: string): Variable<number> {
  return variable({
    takes: 'a duration such as 250ms, 30s, 15m, 2h or 7d',
    parse: parseDuration,
    default: fallback === undefined ? undefined : parseDuration(fallback),
  });
}

function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * UNITS_MS[match[2] as keyof typeof UNITS_MS]);
}

const FLAGS = new Map([
  ...['true', '1', 'yes', 'on'].map((text) => [text, true] as const),
  ...['false', '0', 'no', 'off'].map((text) => [text, false] as const),
]);

/** True or false. Required unless a default is given. */
export function flag(fallback?: boolean): Variable<boolean> {
  return variable({
    takes: 'true or false (also 1 or 0, yes or no, on or off)',
    parse: (text) => FLAGS.get(text.toLowerCase()),
    default: fallback,
  });
}

/** A secret: its value is never printed. Required; length counts characters. */
export function secret({ minLength = 1 }: { minLength?: number } = {}): Variable<string> {
  return variable({
    takes: `a secret of at least ${minLength} characters`,
    parse: (text) => (text.length >= minLength ? text : undefined),
    secret: true,
  });
}

/** One of a few words. Required unless a default is given. */
export function oneOf<const Word extends string>(
  allowed: readonly Word[],
  fallback?: NoInfer<Word>,
): Variable<Word> {
  return variable({
    takes: `one of ${allowed.join(', ')}`,
    parse: (text) => allowed.find((word) => word === text),
    default: fallback,
  });
}
