/** Who makes a request: what the access token says. */
export interface Caller {
  /** The account's id. */
  readonly accountId: string;
  readonly roles: readonly string[];
}
