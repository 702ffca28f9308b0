import { AsyncLocalStorage } from 'node:async_hooks';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { eventually } from '@trilith/testing';

import type { MessageContext, MessageHeaders } from '../../src/index.js';
import { Platform } from './platform.js';
import { Story, StoryController } from './story.controller.js';

describe('the log lines about an event that fails', () => {
  let platform: Platform;
  const current = new AsyncLocalStorage<MessageHeaders>();
  const context: MessageContext = {
    headers: () => ({ 'x-correlation-id': 'of the request' }),
    run: async (headers, work) => current.run(headers, work),
  };
  /** What was logged, with the correlation id that it was logged under. */
  let lines: (readonly [line: string, correlationId: string | undefined])[];

  beforeEach(async () => {
    platform = await Platform.create();
    lines = [];
  });

  afterEach(async () => {
    await platform.close();
  });

  it('should be written in the context of its message', async () => {
    const { publisher } = await platform.start({ service: 'users', context });
    const reader = { service: 'content', subscribeTo: ['users'], maxAttempts: 2, context };
    await platform.start({ ...reader, controllers: [StoryController], providers: [Story] });
    const note = (line: unknown) =>
      void lines.push([String(line), current.getStore()?.['x-correlation-id']]);
    // Only now: to start a service sets a logger.
    Logger.overrideLogger({ log: () => undefined, warn: note, error: note });
    await publisher.publish([{ topic: 'posts.published', key: 'p', payload: { title: 'poison' } }]);

    await eventually(() => expect(lines).toHaveLength(2));
    expect(lines).toEqual([
      [expect.stringMatching(/attempt 1 of 2 failed/), 'of the request'],
      [expect.stringMatching(/became dead letter .+ after 2 attempts/), 'of the request'],
    ]);
  });
});
