/** Who makes a request: what the access token says. */
export interface Caller {
  /** The account's id. */
  readonly accountId: string;
  readonly roles: readonly string[];
  /** The session that the token was issued in, where the token tells (`sid`). */
  readonly sessionId?: string;
}
