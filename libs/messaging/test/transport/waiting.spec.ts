import { expect, it } from '@jest/globals';

import { EventPublisher } from '../../src/index.js';
import { resolveMessagingOptions } from '../../src/messaging.options.js';
import { MessagingConnections } from '../../src/transport/messaging-connections.js';
import { Platform } from './platform.js';
import { eventEntries } from './stream-entries.js';

it('should wait once for a connection that is being opened, however many publish', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => void warnings.push(warning);
  process.on('warning', warn);
  const platform = await Platform.create();
  const { url, prefix } = platform.store;
  const options = resolveMessagingOptions({ redis: { url }, prefix, service: 'shop' });
  const connections = new MessagingConnections(options);
  const publisher = new EventPublisher(options, connections);
  try {
    const events = [{ topic: 't', key: 'k', payload: 1 }];
    const publishing = Array.from({ length: 1_000 }, async () => publisher.publish(events));
    await new Promise((resolve) => process.nextTick(resolve));
    expect(connections.isReady).toBe(false);
    // A few are the client's own.
    const listening = connections.commands.listenerCount('ready');

    await Promise.all(publishing);
    expect(listening).toBeLessThan(10);
    const entries = await eventEntries(platform.redis, { prefix, publisher: 'shop' });
    expect(entries).toHaveLength(1_000);
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', warn);
    await connections.close();
    await platform.close();
  }
});
