export { Inbox } from './inbox/inbox.js';
export type { InboxOutcome, InboxTransactions } from './inbox/inbox.js';
export { InboxMessageIdError, InboxTransactionRequiredError } from './inbox/inbox.errors.js';
export { MongoInbox } from './inbox/mongo-inbox.js';
export type { MongoInboxOptions } from './inbox/mongo-inbox.js';
export { PostgresInbox } from './inbox/postgres-inbox.js';
export type { PostgresInboxOptions } from './inbox/postgres-inbox.js';
export { inboxKey, inboxLua } from './inbox/redis-inbox.js';
export type { InboxKeyParts } from './inbox/redis-inbox.js';
export { MongoOutboxStore } from './outbox/mongo/mongo-outbox-store.js';
export type { MongoOutboxStoreOptions } from './outbox/mongo/mongo-outbox-store.js';
export { OutboxRelay } from './outbox/outbox-relay.js';
export type { EventSink, OutboxRelayParts } from './outbox/outbox-relay.js';
export type { OutboxRelayOptions } from './outbox/outbox-relay.options.js';
export type { OutboxLag, OutboxMessage, OutboxStore, SentBefore } from './outbox/outbox-store.js';
export {
  OutboxTransactionRequiredError,
  StoreDeadlineError,
} from './outbox/outbox.errors.js';
export { Outbox } from './outbox/outbox.js';
export type { HeaderSource } from './outbox/outbox.js';
export type { EventContract, OutgoingEvent } from './outbox/outgoing-event.js';
export { PostgresOutboxStore } from './outbox/postgres/postgres-outbox-store.js';
export type { PostgresOutboxStoreOptions } from './outbox/postgres/postgres-outbox-store.js';
export type { QueryFunction } from './outbox/postgres/query-function.js';
