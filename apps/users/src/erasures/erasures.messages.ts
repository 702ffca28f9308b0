import { accountErased } from '@trilith/contracts';
import type { OutgoingEvent } from '@trilith/messaging';

import type { OpenErasure } from './erasures.repository.js';

/** Under the account's id, and so after all that happened to it before. */
export function erasedEvent({ erasureId, accountId }: OpenErasure): OutgoingEvent {
  return { topic: accountErased, key: accountId, payload: { erasureId, accountId } };
}
