import { describe, expect, it, jest } from '@jest/globals';

import { type AddressedRequest, ClientAddresses } from '../src/index.js';

function request(remoteAddress: string | undefined, forwarded?: string): AddressedRequest {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { headers, socket: { remoteAddress } };
}

describe('ClientAddresses', () => {
  it('believes no header where no proxy is trusted, and warns once', () => {
    const onUntrustedHeader = jest.fn();
    const addresses = new ClientAddresses({ onUntrustedHeader });
    expect(addresses.of(request('192.0.2.1'))).toBe('192.0.2.1');
    expect(onUntrustedHeader).not.toHaveBeenCalled();
    for (const forged of ['198.51.100.1', '198.51.100.2']) {
      expect(addresses.of(request('192.0.2.1', forged))).toBe('192.0.2.1');
    }
    expect(onUntrustedHeader).toHaveBeenCalledTimes(1);
    expect(onUntrustedHeader.mock.calls[0]?.[0]).toContain('trustedProxies');
  });

  it.each([
    // What a client makes up is on the left; each proxy adds whom it saw on the right.
    [1, '203.0.113.9', '203.0.113.9'],
    [1, '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    [1, '1.1.1.1,2.2.2.2 , 203.0.113.9', '203.0.113.9'],
    [2, '1.1.1.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    [2, '203.0.113.9', '203.0.113.9'],
    // What is no address ends the walk: who is behind it may be made up.
    [3, '1.1.1.1, garbage, 203.0.113.9', '203.0.113.9'],
    [3, '1.1.1.1, , 203.0.113.9', '203.0.113.9'],
    [1, undefined, '10.0.0.1'],
    [1, '', '10.0.0.1'],
    [1, '203.0.113.9:4711', '203.0.113.9'],
    [1, '[2001:db8::1]:4711', '2001:db8::1'],
    [1, '[2001:db8::1]', '2001:db8::1'],
    [1, '::ffff:203.0.113.9', '203.0.113.9'],
    [1, '::FFFF:CB00:7109', '203.0.113.9'],
  ])('counts %p proxies in %p: %p', (trustedProxies, forwarded, expected) => {
    const addresses = new ClientAddresses({ trustedProxies });
    expect(addresses.of(request('10.0.0.1', forwarded))).toBe(expected);
  });

  it.each([
    ['10.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['10.0.0.1', '1.1.1.1, 203.0.113.9, 10.9.9.9, 10.8.8.8', '203.0.113.9'],
    // From elsewhere the header is a client's own.
    ['203.0.113.9', '1.1.1.1, 10.9.9.9', '203.0.113.9'],
    ['::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['fd00::1', '203.0.113.9', '203.0.113.9'],
    [undefined, '203.0.113.9', '203.0.113.9'],
  ])('walks from %p through the trusted ranges of %p: %p', (peer, forwarded, expected) => {
    const addresses = new ClientAddresses({ trustedProxies: ['10.0.0.0/8', 'fd00::/8'] });
    expect(addresses.of(request(peer, forwarded))).toBe(expected);
  });

  it.each([
    'unknown',
    '_hidden',
    '1.2.3',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.4.5',
    '999.1.1.1',
    '<script>',
    '203.0.113.9/8',
    '[::1',
    ':::',
    'a'.repeat(10_000),
    ', ,',
  ])('never makes a key of garbage: %.20s', (garbage) => {
    const addresses = new ClientAddresses({ trustedProxies: 1 });
    expect(addresses.keyOf(request('10.0.0.1', garbage))).toBe('10.0.0.1');
    expect(addresses.keyOf(request('10.0.0.1', `${garbage}, 203.0.113.9`))).toBe('203.0.113.9');
  });

  it.each([
    ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::', undefined, '2001:db8:1:2::/64'],
    ['2001:DB8:1:3::1', undefined, '2001:db8:1:3::/64'],
    ['2001:db8:1:2:3:4:5:6', 48, '2001:db8:1::/48'],
    ['2001:db8:1:2:3:4:5:6', 128, '2001:db8:1:2:3:4:5:6'],
    ['fe80::1%eth0', undefined, 'fe80::/64'],
    ['::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['192.0.2.1', undefined, '192.0.2.1'],
    [undefined, undefined, 'unknown'],
  ])('makes of %p with a prefix of %p the key %p', (peer, ipv6Prefix, key) => {
    expect(new ClientAddresses({ ipv6Prefix }).keyOf(request(peer))).toBe(key);
  });

  it('gives one key to all addresses of a client that rotates through its IPv6 range', () => {
    const addresses = new ClientAddresses();
    const keys = new Set<string>();
    for (let n = 0; n < 1_000; n += 1) {
      const groups = Array.from({ length: 4 }, () =>
        Math.floor(Math.random() * 65_536).toString(16),
      );
      keys.add(addresses.keyOf(request(`2001:db8:aa:bb:${groups.join(':')}`)));
    }
    expect([...keys]).toEqual(['2001:db8:aa:bb::/64']);
  });

  it.each([
    ['trustedProxies', { trustedProxies: -1 }],
    ['trustedProxies', { trustedProxies: ['10.0.0.0/33'] }],
    ['trustedProxies', { trustedProxies: ['localhost'] }],
    ['trustedProxies', { trustedProxies: 'all' as unknown as number }],
    ['ipv6Prefix', { ipv6Prefix: 8 }],
  ])('refuses a wrong %s in one line: %j', (option, wrong) => {
    expect(() => new ClientAddresses(wrong)).toThrow(new RegExp(`^${option}: got .*; takes .*$`));
  });
});
