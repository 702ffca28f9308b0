import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@trilith/config';

import { analyticsConfig } from './analytics.config.js';

const REDIS_URL = 'redis://127.0.0.1:6379/0';

describe('analytics configuration', () => {
  it('should need nothing but a Redis', () => {
    const config = loadConfig(analyticsConfig, { REDIS_URL });

    expect(config.service.port).toBe(3003);
    expect(config.store).toEqual({
      url: REDIS_URL,
      prefix: 'trilith:analytics',
      inboxRetentionMs: 8 * 86_400_000,
    });
    expect(config.messaging).toEqual({ url: REDIS_URL, prefix: 'trilith' });
  });

  it('should let figures and messages have servers of their own', () => {
    const config = loadConfig(analyticsConfig, {
      REDIS_URL,
      ANALYTICS_REDIS_URL: 'redis+cluster://figures-1,figures-2:7000',
      MESSAGING_REDIS_URL: 'rediss+sentinel://a,b,c/messages',
    });

    expect([config.store.url, config.messaging.url]).toEqual([
      'redis+cluster://figures-1,figures-2:7000',
      'rediss+sentinel://a,b,c/messages',
    ]);
  });

  it('should take several keys and origins for pages that send events', () => {
    const { events } = loadConfig(analyticsConfig, {
      REDIS_URL,
      EVENT_WRITE_KEYS: 'web-2026-key, app-2026-key',
      EVENT_ORIGINS: 'https://shop.example,http://127.0.0.1:8080',
    });

    expect(events.writeKeys).toEqual(['web-2026-key', 'app-2026-key']);
    expect(events.origins).toEqual(['https://shop.example', 'http://127.0.0.1:8080']);
  });

  it.each([
    ['REDIS_URL', 'http://127.0.0.1'],
    ['ANALYTICS_REDIS_URL', 'figures:6379'],
    ['MESSAGING_REDIS_URL', 'redis+sentinel://a,b'],
    ['ANALYTICS_PREFIX', 'a{b}'],
    // Shorter than events can come back from an outbox: they would count twice.
    ['INBOX_RETENTION', '7d'],
    ['INBOX_RETENTION', 'for ever'],
    ['REPORTS_AGE', '0ms'],
    ['REPORTS_AGE', 'a moment'],
    ['EVENT_WRITE_KEYS', 'short'],
    ['EVENT_ORIGINS', 'shop.example'],
    ['EVENT_TYPES', 'view,Click'],
    ['EVENT_PAGES', '0'],
    ['EVENT_BYTES', '10'],
    // Less than a batch may have: the largest would never fit.
    ['RATE_LIMIT_EVENTS_KEY', '999/1m'],
    ['RATE_LIMIT_EVENTS_ADDRESS', '999/1m'],
  ])('should refuse %s=%s in one line', (name, value) => {
    expect(() => loadConfig(analyticsConfig, { REDIS_URL, [name]: value })).toThrow(
      new RegExp(`^${name}: got (".*"|a value of \\d+ characters \\(not shown\\)); takes .*$`),
    );
  });
});
