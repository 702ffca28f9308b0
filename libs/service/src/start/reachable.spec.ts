import { describe, expect, it } from '@jest/globals';
import { endpointsOf, showEndpoints } from './reachable.js';

describe("a store's endpoints", () => {
  it.each([
    ['postgres://me:p%40ss@db.local:6543/app?sslmode=require', 'db.local:6543'],
    ['postgresql://db.local/app', 'db.local:5432'],
    [
      'mongodb://me:secret@a.local:1,b.local,c.local:3/app?replicaSet=rs',
      'a.local:1, b.local:27017, c.local:3',
    ],
    ['redis://a:1,redis://me:secret@b', 'a:1, b:6379'],
    ['redis://[::1]:7000/2', '::1:7000'],
    ['rediss://127.0.0.1', '127.0.0.1:6379'],
    ['redis+cluster://me:secret@a:7000,[::1]:7001,b', 'a:7000, ::1:7001, b:6379'],
    ['rediss+cluster://a/0', 'a:6379'],
    ['redis+sentinel://a,b:5000/main/3', 'a:26379, b:5000'],
    ['rediss+sentinel://me:12,34@a/main', 'a:26379'],
  ])('should be found in %s', (url, shown) => {
    expect(showEndpoints(url)).toBe(shown);
  });

  it('should be none where only the driver can resolve the address', () => {
    expect(endpointsOf('mongodb+srv://me:secret@cluster.local/app')).toEqual([]);
    expect(showEndpoints('mongodb+srv://me:secret@cluster.local/app')).toBe('its address');
  });
});
