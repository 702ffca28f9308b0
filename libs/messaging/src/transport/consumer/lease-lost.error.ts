/** Another member has an event's partition: this one was too slow, or too long silent. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  readonly code = 'lease_lost';

  constructor(readonly entryId: string) {
    super(`entry ${entryId} is no longer this consumer's`);
  }
}
