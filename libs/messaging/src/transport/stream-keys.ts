/**
 * The names of everything this transport keeps in Redis. Keys that one script touches together
 * share a hash tag, so that they lie on one node of a cluster: all keys of one publisher do.
 */
export class StreamKeys {
  constructor(private readonly prefix: string) {}

  /** A set: the publishers that have a layout here. */
  publishers(): string {
    return `${this.prefix}:publishers`;
  }

  /** What every key of one publisher starts with. Scripts make the others of it; itself is no key. */
  events(publisher: string): string {
    return `${this.prefix}:{events:${publisher}}`;
  }

  /** A hash: the number of partitions, and the highest fencing token that has published. */
  layout(publisher: string): string {
    return `${this.events(publisher)}:layout`;
  }

  /** The stream of one partition of a publisher's events. */
  partition(publisher: string, partition: number): string {
    return `${this.events(publisher)}:${partition}`;
  }

  /** A sorted set: the events that wait for their time. */
  delayed(publisher: string): string {
    return `${this.events(publisher)}:delayed`;
  }

  /** A hash: who is a member of a group, until when, and who owns which partition. */
  membership(publisher: string, group: string): string {
    return `${this.events(publisher)}:group:${group}`;
  }

  /** A hash: since when and why a group is paused. Missing when it is not. */
  pause(publisher: string, group: string): string {
    return `${this.events(publisher)}:pause:${group}`;
  }

  /** The events of `publisher` that `group` could not handle. */
  deadLetters(publisher: string, group: string): string {
    return `${this.events(publisher)}:dead:${group}`;
  }

  /** A capped stream: dead letters that a person discarded, and why. */
  discardedLetters(publisher: string, group: string): string {
    return `${this.events(publisher)}:discarded:${group}`;
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
