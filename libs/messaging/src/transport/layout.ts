import type { RedisClient } from '@trilith/redis';

import { MessagingOptionError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import { claimLayout } from './event-scripts.js';
import { StreamKeys } from './stream-keys.js';

/**
 * Lays out the partitions of this service's events, where that was not done before.
 *
 * @throws {MessagingOptionError} when Redis has another number of them.
 */
export async function layOutPartitions(
  redis: RedisClient,
  options: ResolvedMessagingOptions,
): Promise<void> {
  const keys = new StreamKeys(options.prefix);
  const { service, partitions } = options;
  const found = await claimLayout(redis, [keys.events(service)], [partitions]);
  if (found !== partitions) throw layoutError(options, found);
  await rememberPublisher(redis, options);
}

/** Lets those who look after the streams find this publisher. */
export async function rememberPublisher(
  redis: RedisClient,
  { prefix, service }: ResolvedMessagingOptions,
): Promise<void> {
  await redis.sadd(new StreamKeys(prefix).publishers(), service);
}

/** Events of one key would lie in two partitions. */
export function layoutError(
  { service, partitions }: ResolvedMessagingOptions,
  found: number,
): MessagingOptionError {
  const takes = `${found}, the number that the events of ${service} are laid out in`;
  return new MessagingOptionError('partitions', partitions, takes);
}
