/** A group of consumers: a service that subscribes to a publisher. */
export interface GroupName {
  readonly publisher: string;
  readonly group: string;
}
