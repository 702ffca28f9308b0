/** A message's id cannot be remembered because it is no uuid. It would fail again each time. */
export class InboxMessageIdError extends Error {
  override readonly name = 'InboxMessageIdError';
  readonly code = 'inbox_message_id';

  constructor(
    readonly messageId: string,
    readonly consumer: string,
  ) {
    super(`The inbox of ${consumer} takes uuids as message ids; got ${JSON.stringify(messageId)}`);
  }
}

/** `inTransaction` ran its work in no transaction that `current` knows of: an error of set-up. */
export class InboxTransactionRequiredError extends Error {
  override readonly name = 'InboxTransactionRequiredError';
  readonly code = 'inbox_transaction_required';

  constructor() {
    super('"inTransaction" of the inbox ran its work in no transaction that "current" knows of');
  }
}

/** A handler says `@Idempotent()`, and there is no inbox that could remember its messages. */
export class InboxMissingError extends Error {
  override readonly name = 'InboxMissingError';
  readonly code = 'inbox_missing';

  constructor() {
    super('@Idempotent() needs an inbox: import InboxModule.forRoot({ inbox }) in the root module');
  }
}

/** `@Idempotent()` cannot do what it says on this handler. */
export class IdempotentHandlerError extends Error {
  override readonly name = 'IdempotentHandlerError';
  readonly code = 'idempotent_handler';

  constructor(
    /** `InvoicesConsumer.onOrderPlaced`. */
    readonly handler: string,
    problem: string,
  ) {
    super(`@Idempotent() on ${handler}: ${problem}`);
  }
}
