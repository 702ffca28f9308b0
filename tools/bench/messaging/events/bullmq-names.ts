/** BullMQ keeps a colon out of a queue's name, and puts its prefix before it. */
export function bullmqNames(prefix: string): { queue: string; prefix: string } {
  return { queue: 'events', prefix };
}
