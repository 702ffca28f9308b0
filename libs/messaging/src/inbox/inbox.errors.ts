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
