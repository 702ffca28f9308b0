import type { Redis } from 'ioredis';

import {
  type RedisClient,
  closeRedis,
  createListeningRedis,
  createListeningRedisBeside,
  isClosed,
} from './connection.js';
import type { ConnectionOptions } from './connection.options.js';

/** What is heard, and who is told. */
export interface Subscription {
  /** The channels to hear. */
  channels: readonly string[];
  onMessage: (message: string, channel: string) => void;
  /** Told each time the subscriptions are in force: at first, and after each reconnection. */
  onSubscribed?: () => void;
}

export interface SubscriberOptions extends ConnectionOptions, Subscription {}

/**
 * Opens a connection that hears `channels` for as long as it lives: after each reconnection it
 * subscribes again. What is published while it is away is lost, as always with publish/subscribe.
 *
 * @throws {RedisOptionError} when an option is wrong.
 */
export function createSubscriber({
  channels,
  onMessage,
  onSubscribed,
  ...connection
}: SubscriberOptions): Redis {
  const client = createListeningRedis(connection);
  hear(client, { channels, onMessage, onSubscribed });
  return client;
}

/**
 * Opens a subscriber to wherever `client` is connected, with the same credentials and name. It is
 * closed when the client is closed for good.
 *
 * @param client of {@link createRedis}, or any client of ioredis.
 * @returns undefined when it is neither, such as a double with only a few commands, or is closed.
 */
export function createSubscriberBeside(
  client: object,
  subscription: Subscription,
): RedisClient | undefined {
  // Its end was told before: nobody would ever close what is opened now.
  if (isClosed(client)) return undefined;
  const subscriber = createListeningRedisBeside(client);
  if (subscriber === undefined) return undefined;
  hear(subscriber, subscription);
  // Only clients of ioredis get here.
  (client as RedisClient).once('end', () => void closeRedis(subscriber));
  return subscriber;
}

function hear(
  client: RedisClient,
  { channels, onMessage, onSubscribed = () => {} }: Subscription,
): void {
  client.on('message', (channel: string, message: string) => onMessage(message, channel));
  client.on('ready', () => {
    client.subscribe(...channels).then(onSubscribed, (error: Error) => {
      // A subscriber that hears nothing is worse than none: start over with a new connection.
      client.emit('error', error);
      if (client.status === 'ready') client.disconnect(true);
    });
  });
}
