/**
 * The names of everything this transport keeps in Redis. Keys that one script touches together
 * share a hash tag, so that they lie on one node of a cluster.
 */
export class StreamKeys {
  constructor(private readonly prefix: string) {}

  /** The stream of the events that `publisher` publishes. */
  events(publisher: string): string {
    return `${this.prefix}:{events:${publisher}}`;
  }

  /** The events of `publisher` that `group` could not handle. */
  deadLetters(publisher: string, group: string): string {
    return `${this.events(publisher)}:dead:${group}`;
  }

  /** The stream of the requests that wait for `service`. */
  requests(service: string): string {
    return `${this.prefix}:{requests:${service}}`;
  }

  /** The channel where the replies to one process arrive. */
  replies(instance: string): string {
    return `${this.prefix}:replies:${instance}`;
  }
}
