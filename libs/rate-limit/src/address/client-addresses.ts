import type { IncomingHttpHeaders } from 'node:http';

import ipaddr from 'ipaddr.js';

import { RateLimitOptionError, requireWhole } from '../rate-limit.errors.js';
import { AddressRanges, parseAddress } from './address-ranges.js';

/** What is read of a request: Node's own, Express's, or Fastify's with Node's in `raw`. */
export interface AddressedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
  readonly raw?: { readonly socket?: { readonly remoteAddress?: string | undefined } | undefined };
}

/** Whom to believe about where requests come from. */
export interface ClientAddressOptions {
  /**
   * Which proxies tell the truth in `X-Forwarded-For`: how many there are in front of this process,
   * each of which adds one address, or where they are, as addresses and ranges. Default 0: none, and
   * the header counts for nothing.
   */
  readonly trustedProxies?: number | readonly string[];
  /**
   * How many bits of an IPv6 address make a key: whoever has one address there has as many as they
   * like. From 32 to 128, default 64.
   */
  readonly ipv6Prefix?: number;
  /**
   * Told once when `X-Forwarded-For` arrives although no proxy is trusted: behind a proxy every
   * client would look the same. Default: `process.emitWarning`.
   */
  readonly onUntrustedHeader?: (message: string) => void;
}

/** Finds out where requests come from, in a way that their senders cannot choose. */
export class ClientAddresses {
  private readonly hops: number;
  private readonly proxies: AddressRanges | undefined;
  private readonly ipv6Prefix: number;
  private warn: ((message: string) => void) | undefined;

  /** @throws {RateLimitOptionError} */
  constructor({
    trustedProxies = 0,
    ipv6Prefix = 64,
    onUntrustedHeader = (message) => process.emitWarning(message),
  }: ClientAddressOptions = {}) {
    if (typeof trustedProxies === 'number') requireWhole('trustedProxies', trustedProxies, 0, 100);
    else if (!Array.isArray(trustedProxies)) {
      throw new RateLimitOptionError('trustedProxies', trustedProxies, 'a number or a list');
    }
    requireWhole('ipv6Prefix', ipv6Prefix, 32, 128);
    this.hops = typeof trustedProxies === 'number' ? trustedProxies : 0;
    this.proxies =
      typeof trustedProxies === 'number' || trustedProxies.length === 0
        ? undefined
        : new AddressRanges(trustedProxies, 'trustedProxies');
    this.ipv6Prefix = ipv6Prefix;
    this.warn = onUntrustedHeader;
  }

  /**
   * The client's address, normalised; undefined where there is none, as on a Unix socket without a
   * trusted proxy. Walks from the connection towards the client through the proxies that are
   * trusted. What is no address ends the walk: then the last proxy that told one is the client.
   */
  of(request: AddressedRequest): string | undefined {
    const { remoteAddress } = (request.raw ?? request).socket ?? {};
    const peer = remoteAddress === undefined ? undefined : parseAddress(remoteAddress);
    const forwarded = forwardedFor(request);
    if (this.hops === 0 && this.proxies === undefined) {
      if (forwarded.length > 0) this.warnOnce();
      return peer?.toString();
    }
    let address = peer;
    for (let hop = 0; hop < forwarded.length; hop += 1) {
      if (!this.trusts(address, hop)) break;
      const next = parseForwarded(forwarded.at(-1 - hop) ?? '');
      if (next === undefined) break;
      address = next;
    }
    return address?.toString();
  }

  /**
   * What to count the client by: its IPv4 address, or the range of IPv6 that it is taken to own,
   * such as `2001:db8:0:1::/64`. A request without an address is `unknown`, as all such are.
   */
  keyOf(request: AddressedRequest): string {
    const address = this.of(request);
    if (address === undefined) return 'unknown';
    if (this.ipv6Prefix === 128 || !address.includes(':')) return address;
    const range = `${address}/${this.ipv6Prefix}`;
    return `${ipaddr.IPv6.networkAddressFromCIDR(range).toString()}/${this.ipv6Prefix}`;
  }

  /** Whether who is at this hop, counted from the connection, tells the truth about who is behind. */
  private trusts(address: ipaddr.IPv4 | ipaddr.IPv6 | undefined, hop: number): boolean {
    if (this.proxies === undefined) return hop < this.hops;
    // A Unix socket's other end is on this machine.
    return address === undefined || this.proxies.has(address.toString());
  }

  private warnOnce(): void {
    this.warn?.(
      'X-Forwarded-For arrived and is not believed, for no proxy is trusted: behind a proxy all ' +
        'clients are counted as one. Set trustedProxies to how many proxies there are, or to their ' +
        'addresses.',
    );
    this.warn = undefined;
  }
}

/** All of the header's addresses; several headers of that name are one list. */
function forwardedFor({ headers }: AddressedRequest): string[] {
  const header = headers['x-forwarded-for'];
  const text = Array.isArray(header) ? header.join() : header;
  return text === undefined || text.trim() === '' ? [] : text.split(',');
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function parseForwarded(entry: string) {
  const text = entry.trim();
  const bare = /^\[(?<six>[^\]]*)\](?::\d+)?$|^(?<four>[\d.]+):\d+$/.exec(text)?.groups;
  return parseAddress(bare?.six ?? bare?.four ?? text);
}
