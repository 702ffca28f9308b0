import { accountErased, defineEvent, erasureConfirmed, type PayloadOf } from '@trilith/contracts';
import type { OutgoingEvent } from '@trilith/messaging';

/** An account that is being erased. */
export type ErasedAccount = PayloadOf<typeof accountErased>;

/** This service's own: what an account wrote is to be looked for a second time, before it is confirmed. */
export const erasureSwept = defineEvent('erasures.swept', accountErased.schema);

/** @param deliverAt when whatever the account began to write before must have ended */
export function sweptEvent(erased: ErasedAccount, deliverAt: Date): OutgoingEvent {
  return { topic: erasureSwept, key: erased.accountId, payload: erased, deliverAt };
}

/** Under the account's id, as the posts that it removed: whoever hears it has heard of those. */
export function confirmedEvent(erased: ErasedAccount): OutgoingEvent {
  const payload = { ...erased, service: 'content' };
  return { topic: erasureConfirmed, key: erased.accountId, payload };
}
