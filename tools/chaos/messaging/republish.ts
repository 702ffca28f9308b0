import type { Settings } from './programs/settings.ts';
import type { Stage } from './stage.ts';

/** Has every event published again that the outbox still holds. */
export async function republish(stage: Stage): Promise<void> {
  const republishers = await stage.start<Settings>('republisher', { replicas: 1 });
  await Promise.all(republishers.map(async (replica) => replica.kill()));
}
