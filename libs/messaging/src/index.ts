export { MessagingModule } from './messaging.module.js';
export type { MessagingAsyncOptions } from './messaging.module.js';
export type { MessagingClientOptions } from './messaging.providers.js';
export {
  InjectEventPublisher,
  InjectMessagingConnections,
  InjectOutbox,
  InjectRedisStreamsServer,
  MESSAGING_OPTIONS,
  getEventPublisherToken,
  getMessagingConnectionsToken,
  getMessagingOptionsToken,
  getOutboxToken,
  getRedisStreamsServerToken,
} from './messaging.tokens.js';
export type {
  MessageContext,
  MessageHeaders,
  MessagingOptions,
  ResolvedMessagingOptions,
} from './messaging.options.js';
export type { MessageFacts, MessagingObserver } from './messaging-observer.js';
export { messagingMetrics } from './messaging.metrics.js';
export type { PromClient } from './messaging.metrics.js';
export {
  ConsumersLostError,
  FencedError,
  HandlerTimeoutError,
  InvalidPayloadError,
  MessagingClosedError,
  MessagingOptionError,
  PayloadTooLargeError,
  RemoteError,
  RequestTimeoutError,
  ServiceOverloadedError,
  StreamFullError,
} from './messaging.errors.js';
export type { PayloadProblem } from './messaging.errors.js';
export { EventPublisher } from './transport/event-publisher.js';
export type { PublishOptions } from './transport/event-publisher.js';
export { kindOfFailure } from './transport/failure-kind.js';
export type { FailureKind } from './transport/failure-kind.js';
export { partitionOf } from './transport/partition-of.js';
export { Respond, Subscribe } from './transport/message.decorators.js';
export type { HandlerOptions, MessageContract } from './transport/message.decorators.js';
export { jsonCodec } from './transport/payload-codec.js';
export type { BinaryCodec, PayloadCodec, TextCodec } from './transport/payload-codec.js';
export { MessagingConnections } from './transport/messaging-connections.js';
export type { MessagingStatus } from './transport/messaging-connections.js';
export { RedisStreamsClient } from './transport/redis-streams.client.js';
export type { RequestContract } from './transport/redis-streams.client.js';
export { RedisStreamsContext } from './transport/redis-streams.context.js';
export { RedisStreamsRecord } from './transport/redis-streams-record.js';
export type { RecordOptions } from './transport/redis-streams-record.js';
export { RedisStreamsServer } from './transport/redis-streams.server.js';
export { StreamKeys } from './transport/stream-keys.js';
export { REDIS_STREAMS, redisStreams } from './transport/transport-id.js';
export { Idempotent } from './inbox/idempotent.decorator.js';
export type { IdempotentOptions } from './inbox/idempotent.decorator.js';
export { GroupInUseError, LayoutChangedError } from './admin/admin.errors.js';
export { DeadLetters } from './admin/dead-letters.js';
export type { DeadLetter, DiscardedLetter, PageOptions } from './admin/dead-letters.js';
export type {
  GroupState,
  MemberState,
  PartitionState,
  Pause,
  PublisherState,
} from './admin/group-state.js';
export { MessagingAdmin } from './admin/messaging-admin.js';
export type { GroupName } from './admin/group-name.js';
export type { MessagingAdminOptions } from './admin/messaging-admin.js';
export type { PendingEntry } from './admin/pending-entries.js';
export { Inbox } from './inbox/inbox.js';
export type { HandledBefore, InboxOutcome, InboxTransactions } from './inbox/inbox.js';
export {
  IdempotentHandlerError,
  InboxMessageIdError,
  InboxMissingError,
  InboxTransactionRequiredError,
} from './inbox/inbox.errors.js';
export { InboxModule } from './inbox/inbox.module.js';
export type { InboxAsyncOptions, InboxModuleOptions } from './inbox/inbox.module.js';
export { MongoInbox } from './inbox/mongo-inbox.js';
export type { MongoInboxOptions } from './inbox/mongo-inbox.js';
export { PostgresInbox } from './inbox/postgres-inbox.js';
export type { PostgresInboxOptions } from './inbox/postgres-inbox.js';
export { inboxKey, inboxLua } from './inbox/redis-inbox.js';
export type { InboxKeyParts } from './inbox/redis-inbox.js';
export { MongoOutboxStore } from './outbox/mongo/mongo-outbox-store.js';
export type { MongoOutboxStoreOptions } from './outbox/mongo/mongo-outbox-store.js';
export { outboxMetrics } from './outbox/outbox.metrics.js';
export type { OutboxMetricsOptions } from './outbox/outbox.metrics.js';
export { OutboxModule } from './outbox/outbox.module.js';
export type {
  OutboxAsyncOptions,
  OutboxBinding,
  OutboxModuleOptions,
} from './outbox/outbox.module.js';
export { OutboxRelay } from './outbox/outbox-relay.js';
export type { OutboxRelayParts } from './outbox/outbox-relay.js';
export type { Durability, OutboxRelayOptions } from './outbox/outbox-relay.options.js';
export type { CommitListener } from './outbox/commit-listener.js';
export type { BarrierMark, EventSink, PublishBarrier, SinkOptions } from './outbox/event-sink.js';
export type {
  OnCommitted,
  OutboxLag,
  OutboxMessage,
  OutboxStore,
  SentBefore,
  SentPage,
  SentQuery,
} from './outbox/outbox-store.js';
export {
  NotDurableError,
  OutboxTransactionRequiredError,
  PooledListenerError,
  StoreDeadlineError,
} from './outbox/outbox.errors.js';
export { OutboxRepublisher } from './outbox/outbox-republisher.js';
export type {
  OutboxRepublisherParts,
  RepublishOptions,
  RepublishProgress,
} from './outbox/outbox-republisher.js';
export { Outbox } from './outbox/outbox.js';
export type { HeaderSource } from './outbox/outbox.js';
export type { EventContract, OutgoingEvent } from './outbox/outgoing-event.js';
export { PostgresOutboxStore } from './outbox/postgres/postgres-outbox-store.js';
export type { PostgresOutboxStoreOptions } from './outbox/postgres/postgres-outbox-store.js';
export type { QueryFunction } from './outbox/postgres/query-function.js';
