/** Tells a relay of commits while it sleeps. */
export interface CommitListener {
  /**
   * Asks for a call on each commit from now on, until {@link disarm}. Gives false while
   * transactions are open that would commit without a call: look again shortly, then ask again.
   * When it gives true, look once more before sleeping: commits before it were not told of.
   */
  arm(): Promise<boolean>;

  /** Commits need not call: the relay is awake and looks by itself. */
  disarm(): void;

  /** Rejects when no more commits can be told of; resolves after {@link close}. */
  readonly ended: Promise<void>;

  /** Ends listening, in bounded time. Never rejects. */
  close(): Promise<void>;
}
