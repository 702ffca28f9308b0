import type { Random } from '../random.ts';
import type { Trust } from './programs/settings.ts';

/** A client that tries to look like many. */
export interface Disguise {
  readonly trust: Trust;
  /** Who it is all the while, however it looks. */
  readonly client: string;
  /** Of one request more. */
  readonly headers: () => Record<string, string>;
}

/**
 * What clients make up, and what proxies add to the right of it: whom they saw. Who rotates through
 * addresses of IPv6 has a /64 of its own.
 */
export function disguises(round: number, random: Random): Disguise[] {
  const seen = `203.0.113.${round % 256}`;
  const forwarded = (...entries: string[]) => ({
    'x-forwarded-for': [madeUp(random), ...entries].join(', '),
  });
  const network = `2001:db8:${round.toString(16)}:2`;
  return [
    {
      trust: 'none',
      client: 'whom no proxy is trusted to tell',
      headers: () => ({
        ...forwarded(),
        'x-real-ip': ipv4(random),
        'x-client-ip': ipv4(random),
        forwarded: `for=${ipv4(random)}`,
      }),
    },
    { trust: 'hops', client: `${seen}, one hop`, headers: () => forwarded(seen) },
    {
      trust: 'hops',
      client: `${network}::/64, one hop`,
      headers: () => forwarded(`${network}:${groups(4, random)}`),
    },
    {
      trust: 'ranges',
      client: `${seen}, trusted ranges`,
      // It names the trusted range itself, as if that had told of others.
      headers: () => forwarded('127.0.0.1', written(seen, random), '127.0.0.9'),
    },
    {
      trust: 'ranges',
      client: `${network}::/64, trusted ranges`,
      headers: () => forwarded(`[${network}:${groups(4, random)}]:${port(random)}`),
    },
  ];
}

function madeUp(random: Random): string {
  return random.pick([ipv4(random), `2001:db8:${groups(6, random)}`, '10.0.0.1', 'unknown', '::1']);
}

/** The same address, as proxies write it. */
function written(address: string, random: Random): string {
  return random.pick([address, `${address}:${port(random)}`, `::ffff:${address}`]);
}

function ipv4(random: Random): string {
  return Array.from({ length: 4 }, () => Math.floor(random.next() * 256)).join('.');
}

function groups(count: number, random: Random): string {
  const group = () => Math.floor(random.next() * 65_536).toString(16);
  return Array.from({ length: count }, group).join(':');
}

function port(random: Random): number {
  return 1_024 + Math.floor(random.next() * 60_000);
}
