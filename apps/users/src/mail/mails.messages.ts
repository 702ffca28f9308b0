import { defineEvent } from '@trilith/contracts';
import type { OutgoingEvent } from '@trilith/messaging';
import { z } from 'zod';

/**
 * A mail is to be sent. It says no more than which: others read this service's events, and Redis is no
 * place for addresses and tokens.
 */
export const mailRequested = defineEvent('mails.requested', z.object({ mailId: z.uuid() }));

/** @param deliverAt not before then */
export function requestOf(mailId: string, deliverAt?: Date): OutgoingEvent {
  return {
    topic: mailRequested,
    key: mailId,
    payload: { mailId },
    ...(deliverAt && { deliverAt }),
  };
}
