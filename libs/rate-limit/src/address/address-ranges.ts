import ipaddr from 'ipaddr.js';

import { RateLimitOptionError } from '../rate-limit.errors.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [start: Address, prefixLength: number];

/** Addresses and ranges in CIDR notation, of IPv4 and IPv6. */
export class AddressRanges {
  private readonly ranges: readonly Range[];

  /** @throws {RateLimitOptionError} when an entry is neither an address nor a range. */
  constructor(entries: readonly string[], option = 'address range') {
    this.ranges = entries.map((entry) => {
      const range = parseRange(entry);
      if (range) return range;
      throw new RateLimitOptionError(option, entry, 'an address or a range such as 10.0.0.0/8');
    });
  }

  /** Whether an entry is an address or a range. */
  static takes(entry: string): boolean {
    return parseRange(entry) !== undefined;
  }

  /** Whether an address lies in one of the ranges, or a range in one of them altogether. */
  has(addressOrRange: string): boolean {
    if (this.ranges.length === 0) return false;
    const [start, length] = parseRange(addressOrRange) ?? [];
    if (start === undefined || length === undefined) return false;
    return this.ranges.some(
      ([within, widest]) =>
        within.kind() === start.kind() && length >= widest && start.match(within, widest),
    );
  }
}

/** An address without the forms that hide IPv4 in IPv6, or undefined when it is none. */
export function parseAddress(text: string): Address | undefined {
  // The four-part form alone: 127.1, 0x7f.1 and 2130706433 are for people who hide something.
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.process(text);
}

function parseRange(entry: string): Range | undefined {
  const [text = '', suffix, ...more] = entry.split('/');
  const address = parseAddress(text);
  if (address === undefined || more.length > 0) return undefined;
  const widest = address.kind() === 'ipv4' ? 32 : 128;
  if (suffix === undefined) return [address, widest];
  const length = /^\d{1,3}$/.test(suffix) ? Number(suffix) : Number.NaN;
  return length <= widest ? [address, length] : undefined;
}
