import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import * as promClient from 'prom-client';
import { firstValueFrom } from 'rxjs';

import { RedisStreamsRecord, messagingMetrics } from '../../src/index.js';
import { AccountsController, Calls } from './accounts.controller.js';
import { Platform } from './platform.js';
import { Story, StoryController, steps } from './story.controller.js';

describe('metrics', () => {
  let platform: Platform;
  let registry: promClient.Registry;
  const metric = async (name: string, labels: Record<string, string>) => {
    const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
    const matches = (candidate: Record<string, unknown>) =>
      Object.entries(labels).every(([label, value]) => candidate[label] === value);
    return values.find(
      (value) =>
        matches(value.labels) && !('metricName' in value && value.metricName !== `${name}_count`),
    )?.value;
  };

  beforeEach(async () => {
    platform = await Platform.create();
    registry = new promClient.Registry();
  });

  afterEach(async () => {
    await platform.close();
  });

  it('should count what happens to events', async () => {
    const observer = messagingMetrics(promClient, registry);
    const users = await platform.start({ service: 'users', observer });
    const reader = await platform.start({
      service: 'content',
      subscribeTo: ['users'],
      controllers: [StoryController],
      providers: [Story],
      maxAttempts: 3,
      observer,
    });
    reader.get(Story).behave = ({ key }) => {
      if (key === 'poison') throw new Error('poison');
    };
    await users.publisher.publish([...steps('good', 4), ...steps('poison', 1)]);

    const topic = 'steps';
    await eventually(async () => {
      expect(await metric('messaging_events_dead_total', { topic })).toBe(1);
      expect(await metric('messaging_handler_seconds', { kind: 'event', topic })).toBe(4);
    });
    expect(await metric('messaging_events_published_total', { topic })).toBe(5);
    expect(await metric('messaging_failed_total', { kind: 'event', topic })).toBe(3);
    expect(await metric('messaging_events_retried_total', { topic })).toBe(2);
  });

  it('should show how far a group is behind, what it owns and what was refused', async () => {
    const observer = messagingMetrics(promClient, registry);
    const options = { maxEntries: 3, partitions: 1, observer };
    const users = await platform.start({ service: 'users', ...options });
    const gate = Promise.withResolvers<void>();
    const reader = await platform.start({
      service: 'content',
      subscribeTo: ['users'],
      controllers: [StoryController],
      providers: [Story],
      observer,
    });
    reader.get(Story).behave = async () => gate.promise;
    await users.publisher.publish(steps('a', 3));
    await eventually(async () => expect(await platform.pending('users', 'content')).toBe(3));
    await users.publisher.publish(steps('a', 2)).catch(() => undefined);

    const publisher = 'users';
    const labels = { publisher, group: 'content' };
    expect(await metric('messaging_events_refused_total', { publisher })).toBe(2);
    expect(await metric('messaging_partitions_owned', { publisher })).toBe(1);
    await eventually(async () => expect(await metric('messaging_lag_entries', labels)).toBe(3));
    expect(await metric('messaging_lag_seconds', labels)).toBeGreaterThan(0);
    gate.resolve();
    await eventually(async () => expect(await metric('messaging_lag_entries', labels)).toBe(0));
    expect(await metric('messaging_lag_seconds', labels)).toBe(0);
  });

  it('should count what happens to requests', async () => {
    const observer = messagingMetrics(promClient, registry);
    const caller = await platform.start({ service: 'content', asks: ['users'], observer });
    const users = caller.client('users');
    const tooLate = new RedisStreamsRecord({}, { timeoutMs: 20 });
    await firstValueFrom(users.send('echo', tooLate)).catch(() => undefined);
    await platform.start({
      service: 'users',
      controllers: [AccountsController],
      providers: [Calls],
      observer,
    });
    await firstValueFrom(users.send('echo', 'hello'));
    await firstValueFrom(users.send('refuse', {})).catch(() => undefined);

    const service = 'users';
    const asked = async (topic: string, outcome: string) =>
      metric('messaging_requests_total', { service, topic, outcome });
    expect(await asked('echo', 'timeout')).toBe(1);
    expect(await asked('echo', 'ok')).toBe(1);
    expect(await asked('refuse', 'error')).toBe(1);
    expect(await metric('messaging_requests_expired_total', { topic: 'echo' })).toBe(1);
    await eventually(async () => {
      expect(await metric('messaging_failed_total', { kind: 'request', topic: 'refuse' })).toBe(1);
      expect(await metric('messaging_handler_seconds', { kind: 'request', topic: 'echo' })).toBe(1);
    });
  });
});
