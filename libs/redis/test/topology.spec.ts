import { describe, expect, it } from '@jest/globals';
import { addressOf, createRedis, isRedisUrl, keysTogether } from '@trilith/redis';

describe('the URL of a connection', () => {
  it.each([
    ['redis://user:secret@host/2', 'host:6379'],
    ['rediss://[::1]:7000', '[::1]:7000'],
    ['redis+cluster://a', 'a:6379'],
    ['redis+cluster://user:sec%2Fret@a:7000,[::1]:7001,b/0', 'a:7000,[::1]:7001,b:6379'],
    ['rediss+cluster://:secret@a:7000/', 'a:7000'],
    ['redis+sentinel://a,b:5000/main', 'a:26379,b:5000/main'],
    ['rediss+sentinel://user:secret@a/main/3', 'a:26379/main'],
  ])('%s should be shown as %s', (url, shown) => {
    expect(addressOf(url)).toBe(shown);
    expect(isRedisUrl(url)).toBe(true);
  });

  it.each([
    'postgres://secret',
    'redis+cluster://',
    'redis+cluster://secret:pass@a/1',
    'redis+cluster://a,,b',
    'redis+cluster://a:port,secret',
    'redis+cluster://user:%secret@a',
    'redis+sentinel://user:secret@a',
    'redis+sentinel://a/main/secret',
    'redis+sentinel://a/main/0/secret',
    'redis+elsewhere://secret',
    'redis://a:1,secret:2',
  ])('%s should be refused in one line that shows nothing of it', (url) => {
    const create = () => createRedis({ url, name: 'spec' });
    expect(create).toThrow(/^url: got "\(no URL of Redis\)"; takes redis:\/\/.*redis\+cluster.*$/);
    expect(create).not.toThrow(/secret/);
    expect(isRedisUrl(url)).toBe(false);
  });

  it('should be one of TLS where certificates are given', () => {
    const create = () =>
      createRedis({ url: 'redis://127.0.0.1', name: 'spec', tls: { ca: 'secret' } });
    expect(create).toThrow(
      'tls: got "(options)"; takes effect only with a url that begins with rediss',
    );
  });
});

describe('keysTogether', () => {
  const keys = ['{a}:1', '{b}:1', '{a}:2', 'plain'];

  it('should keep together what lies in one slot of a cluster, in its order', () => {
    expect(keysTogether('redis+cluster://a', keys)).toEqual([
      ['{a}:1', '{a}:2'],
      ['{b}:1'],
      ['plain'],
    ]);
  });

  it.each(['redis://a', 'redis+sentinel://a/main'])('should keep all together on %s', (url) => {
    expect(keysTogether(url, keys)).toEqual([keys]);
    expect(keysTogether(url, [])).toEqual([]);
  });
});
