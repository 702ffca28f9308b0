/** What the keys of one resource hold: each part has a key of its own. */
export type LockKeyPart =
  | 'lock'
  | 'queue'
  | 'alive'
  | 'permits'
  | 'permit-queue'
  | 'permit-alive'
  /** Shared by all kinds of locks on a resource. */
  | 'fence';

/** The names of keys and channels. The braces make all keys of a resource lie on one cluster node. */
export class LockKeys {
  constructor(readonly prefix: string) {}

  of(part: LockKeyPart, resource: string): string {
    return `${this.prefix}:${part}:{${resource.replaceAll(/[%{}]/g, encodeURIComponent)}}`;
  }

  /** What the channels begin with on which managers are told to look again. */
  get wakeChannels(): string {
    return `${this.prefix}:wake:`;
  }
}
