import { AddressRanges } from './address/address-ranges.js';

/**
 * Keys, addresses and ranges of addresses in CIDR notation that are always or never let through.
 * A key that is an address, or a range of IPv6 as the keys by address are, lies in a range that
 * holds all of it.
 */
export class AccessList {
  private readonly keys: ReadonlySet<string>;
  private readonly ranges: AddressRanges;

  constructor(entries: readonly string[]) {
    const ranges = entries.filter((entry) => AddressRanges.takes(entry));
    this.ranges = new AddressRanges(ranges);
    this.keys = new Set(entries.filter((entry) => !AddressRanges.takes(entry)));
  }

  has(key: string): boolean {
    return this.keys.has(key) || this.ranges.has(key);
  }
}
