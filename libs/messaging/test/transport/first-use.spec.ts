import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from '@jest/globals';
import { MessagingConnections } from '@trilith/messaging';

import { resolveMessagingOptions } from '../../src/messaging.options.js';

describe('MessagingConnections', () => {
  it('should connect at its first use, however long after it was made', async () => {
    const connections = new MessagingConnections(
      resolveMessagingOptions({ redis: { url: process.env.REDIS_URL ?? '' }, service: 'late' }),
    );
    // Longer than a lost connection is waited for.
    await sleep(2_100);

    await expect(connections.ready()).resolves.toBeUndefined();
    await connections.close();
  });
});
