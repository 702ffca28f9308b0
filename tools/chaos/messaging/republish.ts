import type { Stage } from './stage.ts';

/** Has every event published again that the outbox still holds. */
export async function republish({ records }: Stage): Promise<void> {
  await records.query('UPDATE outbox SET sent_at = NULL');
}
