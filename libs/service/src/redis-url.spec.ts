import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@trilith/config';
import { z } from 'zod';

import { redisUrl, redisUrls } from './redis-url.js';

const schema = z.object({ REDIS_URL: redisUrl(), LOCKS_REDIS_URL: redisUrl().optional() });

describe('redisUrl', () => {
  it.each([
    'redis://127.0.0.1:6379/2',
    'rediss://me:secret@db.local',
    'redis+cluster://a',
    'rediss+cluster://me:secret@a:7000,b:7001,[::1]',
    'redis+sentinel://a,b:5000,c/main',
    'rediss+sentinel://:se,cret@a/main/3',
  ])('should take %s as it is', (url) => {
    expect(loadConfig(schema, { REDIS_URL: url })).toEqual({ REDIS_URL: url });
  });

  it.each([
    'redis://',
    'localhost:6379',
    'http://:secret@host',
    'redis+cluster://:secret@a/1',
    'redis+cluster://:secret@a,,b',
    'redis+sentinel://me:secret@a',
    'redis+sentinel://me:sec/ret@a/main',
    'redis://me:secret@a:1,b:2',
    'redis+cluster://me:%secret@a',
  ])('should refuse %s in one line that tells what is taken, and no password', (url) => {
    const load = () => loadConfig(schema, { REDIS_URL: 'redis://a', LOCKS_REDIS_URL: url });
    expect(load).toThrow(
      /^LOCKS_REDIS_URL: got ".+"; takes redis:.+ redis\+cluster:.+ redis\+sentinel:.+\/master.+$/,
    );
    expect(load).not.toThrow(/sec\/?ret/);
  });

  it('should be required', () => {
    expect(() => loadConfig(schema, {})).toThrow(/^REDIS_URL: got nothing; takes redis:\/\//);
  });
});

describe('redisUrls', () => {
  const several = z.object({ LOCKS_REDIS_URL: redisUrls() });
  const load = (url: string) => loadConfig(several, { LOCKS_REDIS_URL: url }).LOCKS_REDIS_URL;

  it.each([
    'redis://a:6379',
    'redis+cluster://a,b,c',
    'redis+sentinel://a,b:5000,c/main',
    'redis://:sec,ret@a',
  ])('should take %s as one', (url) => {
    expect(load(url)).toEqual([url]);
  });

  it('should take several servers, with commas in a password, too', () => {
    expect(load('redis://:sec,ret@a,rediss://b:1, redis://c/2')).toEqual([
      'redis://:sec,ret@a',
      'rediss://b:1',
      'redis://c/2',
    ]);
  });

  it.each(['redis://a,http://b', 'redis://a,', 'redis+cluster://a,redis://:secret@b', 'a,b'])(
    'should refuse %s in one line, and print no password',
    (url) => {
      expect(() => load(url)).toThrow(/^LOCKS_REDIS_URL: got ".+"; takes .+separated by commas$/);
      expect(() => load(url)).not.toThrow(/secret/);
    },
  );
});
