import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  ConfigError,
  duration,
  flag,
  loadConfig,
  oneOf,
  port,
  secret,
  url,
  urls,
  variable,
  wholeNumber,
  words,
  type Environment,
  type Variable,
} from './index.js';

const schema = z
  .object({
    PORT: port(3000),
    LOG_LEVEL: oneOf(['info', 'warn'], 'info'),
    DATABASE_URL: url('postgres', 'postgresql'),
    AUTH_SECRET: secret({ minLength: 8 }),
    TTL: duration('15m'),
    TRACING: flag(false),
  })
  .transform((env) => ({
    http: { port: env.PORT },
    logLevel: env.LOG_LEVEL,
    database: { url: env.DATABASE_URL, hosts: ['a'] },
    authSecret: env.AUTH_SECRET,
    ttlMs: env.TTL,
    tracing: env.TRACING,
  }));

const valid = { DATABASE_URL: 'postgres://localhost/app', AUTH_SECRET: 'long enough' };

function mistakesOf(type: z.ZodType, env: Environment): readonly string[] {
  try {
    loadConfig(type, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('should give one typed object with defaults', () => {
    expect(loadConfig(schema, valid)).toEqual({
      http: { port: 3000 },
      logLevel: 'info',
      database: { url: 'postgres://localhost/app', hosts: ['a'] },
      authSecret: 'long enough',
      ttlMs: 900_000,
      tracing: false,
    });
  });

  it('should freeze it all the way down', () => {
    const config = loadConfig(schema, valid);

    expect(() => Object.assign(config.http, { port: 1 })).toThrow('read only');
    expect(() => Object.assign(config.database.hosts, { 0: 'b' })).toThrow('read only');
    expect(() => Object.assign(config, { more: 1 })).toThrow('not extensible');
  });

  it('should tell all mistakes at once, one line each', () => {
    const env = {
      PORT: 'abc',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://x',
      AUTH_SECRET: 'hunter2',
    };

    expect(mistakesOf(schema, env)).toEqual([
      'PORT: got "abc"; takes a whole number from 0 to 65535',
      'LOG_LEVEL: got "loud"; takes one of info, warn',
      'DATABASE_URL: got "mysql://x"; takes a URL that starts with postgres:// or postgresql://',
      'AUTH_SECRET: got a value of 7 characters (not shown); takes a secret of at least 8 characters',
    ]);
  });

  it('should count an empty variable as unset', () => {
    const env = { PORT: '', DATABASE_URL: '', AUTH_SECRET: 'long enough' };

    expect(mistakesOf(schema, env)).toEqual([
      'DATABASE_URL: got nothing; takes a URL that starts with postgres:// or postgresql://',
    ]);
  });

  it('should never print a secret, whatever the mistake about it is', () => {
    const type = z.object({
      API_TOKEN: words().refine(() => false, { error: 'takes another one' }),
      DATABASE_URL: url('postgres'),
      KEY: secret({ minLength: 100 }),
    });
    const lines = mistakesOf(type, {
      API_TOKEN: 'hunter2',
      DATABASE_URL: 'redis://me:hunter2@host/0',
      KEY: 'hunter2',
    });

    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toContain('hunter2');
    expect(lines[1]).toContain('"redis://me:***@host/0"');
  });

  it.each([
    ['redis+cluster://me:hunter2@a,b', 'redis+cluster://me:***@a,b'],
    ['redis+sentinel://:hun,ter2@a:1,b:2/main', 'redis+sentinel://:***@a:1,b:2/main'],
    ['rediss://me:hunter2 or so@host', 'rediss://me:***@host'],
    ['redis://me:hun/ter2@host', 'redis://me:***@host'],
    ['redis://me:hun@ter2@host', 'redis://me:***@host'],
    ['redis://a:1,redis://me:hunter2@b', 'redis://a:***@b'],
    ['redis://host?db=1&password=hunter2&name=x', 'redis://host?db=1&password=***&name=x'],
  ])('should show of %s all but the password', (text, shown) => {
    expect(mistakesOf(z.object({ URL: url('http') }), { URL: text })).toEqual([
      `URL: got "${shown}"; takes a URL that starts with http://`,
    ]);
  });

  it('should keep a line a line, and short', () => {
    const [line] = mistakesOf(z.object({ PORT: port() }), { PORT: `${'x'.repeat(5_000)}\n` });

    expect(line?.length).toBeLessThan(250);
    expect(mistakesOf(z.object({ PORT: port() }), { PORT: 'a\nb' })[0]).not.toContain('\n');
  });

  it('should tell a mistake that concerns several variables', () => {
    const type = z
      .object({ MIN: wholeNumber(), MAX: wholeNumber() })
      .refine(({ MIN, MAX }) => MIN <= MAX, { error: 'MIN must not be above MAX' });

    expect(mistakesOf(type, { MIN: '2', MAX: '1' })).toEqual([
      'environment: MIN must not be above MAX',
    ]);
  });
});

describe('a variable', () => {
  it.each<[string, Variable<unknown>, string, unknown]>([
    ['port', port(), '8080', 8080],
    ['port 0', port(), '0', 0],
    ['port with spaces', port(), ' 8080 ', 8080],
    ['negative number', wholeNumber({ min: -5 }), '-5', -5],
    ['milliseconds', duration(), '250ms', 250],
    ['seconds', duration(), '1.5s', 1_500],
    ['days', duration(), '7d', 604_800_000],
    ['no time', duration(), '0', 0],
    ['flag', flag(), 'YES', true],
    ['flag', flag(), '0', false],
    ['word of a few', oneOf(['a', 'b']), 'b', 'b'],
    [
      'hosts',
      url('mongodb'),
      'mongodb://u:p@a:1,b:2/x?replicaSet=r',
      'mongodb://u:p@a:1,b:2/x?replicaSet=r',
    ],
    [
      'nodes',
      url('redis', 'redis+cluster'),
      'redis+cluster://u:p@a:1,[::1]:2,c',
      'redis+cluster://u:p@a:1,[::1]:2,c',
    ],
    ['IPv6', url('redis'), 'redis://[::1]:6379', 'redis://[::1]:6379'],
    ['addresses', urls('redis'), 'redis://a:1, redis://b:2', ['redis://a:1', 'redis://b:2']],
    ['secret, as it is', secret(), ' a ', ' a '],
    ['kind of your own', variable({ takes: 'a', parse: (text) => text.length }), 'abc', 3],
  ])('should be read as its kind says: %s (%#)', (_what, type, text, expected) => {
    expect(loadConfig(z.object({ IT: type }), { IT: text })).toEqual({ IT: expected });
  });

  it.each<[string, Variable<unknown>, string]>([
    ['port', port(), '65536'],
    ['port', port(), '80.5'],
    ['port', port(), '0x50'],
    ['port', port(), '1e3'],
    ['number', wholeNumber({ max: 5 }), '6'],
    ['number', wholeNumber(), '9007199254740993000'],
    ['duration', duration(), '30'],
    ['duration', duration(), '-1s'],
    ['duration', duration(), '1 week'],
    ['flag', flag(), 'maybe'],
    ['word of a few', oneOf(['a', 'b']), 'A'],
    ['URL', url('redis'), 'redis://'],
    ['URL', url('redis'), 'localhost:6379'],
    ['URL', url('http'), 'https://host'],
    ['addresses', urls('redis'), 'redis://a:1,b:2'],
    ['text', words(), '  '],
  ])('should refuse what its kind does not take: %s (%#)', (_what, type, text) => {
    expect(mistakesOf(z.object({ IT: type }), { IT: text })).toEqual([
      expect.stringMatching(/^IT: got ".*"; takes /),
    ]);
  });

  it('should be optional, or have a default, when told so', () => {
    const type = z.object({ A: url('redis').optional(), B: url('redis').default('redis://b') });

    expect(loadConfig(type, {})).toEqual({ B: 'redis://b' });
  });
});
