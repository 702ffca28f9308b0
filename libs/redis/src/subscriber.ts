import type { Redis } from 'ioredis';

import { createListeningRedis } from './connection.js';
import type { ConnectionOptions } from './connection.options.js';

export interface SubscriberOptions extends ConnectionOptions {
  /** The channels to hear. */
  channels: readonly string[];
  onMessage: (message: string, channel: string) => void;
  /** Told each time the subscriptions are in force: at first, and after each reconnection. */
  onSubscribed?: () => void;
}

/**
 * Opens a connection that hears `channels` for as long as it lives: after each reconnection it
 * subscribes again. What is published while it is away is lost, as always with publish/subscribe.
 *
 * @throws {RedisOptionError} when an option is wrong.
 */
export function createSubscriber({
  channels,
  onMessage,
  onSubscribed = () => {},
  ...connection
}: SubscriberOptions): Redis {
  const client = createListeningRedis(connection);
  client.on('message', (channel, message) => onMessage(message, channel));
  client.on('ready', () => {
    client.subscribe(...channels).then(onSubscribed, (error: Error) => {
      // A subscriber that hears nothing is worse than none: start over with a new connection.
      client.emit('error', error);
      if (client.status === 'ready') client.disconnect(true);
    });
  });
  return client;
}
