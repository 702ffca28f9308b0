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
  /** Of the last resource: its keys are asked for one after the other. */
  private last = { resource: '', tag: '{}' };

  constructor(readonly prefix: string) {}

  of(part: LockKeyPart, resource: string): string {
    if (this.last.resource !== resource) {
      const tag = `{${resource.replaceAll(/[%{}]/g, encodeURIComponent)}}`;
      this.last = { resource, tag };
    }
    return `${this.prefix}:${part}:${this.last.tag}`;
  }

  /** For `SCAN`: all keys of that kind. */
  pattern(part: LockKeyPart): string {
    return `${this.prefix.replaceAll(/[*?[\]\\]/g, String.raw`\$&`)}:${part}:{*}`;
  }

  /** The resource that a key is of. */
  resourceOf(key: string): string {
    const name = /\{(.*)\}$/s.exec(key)?.[1] ?? '';
    return name.replaceAll(/%(?:25|7B|7D)/g, decodeURIComponent);
  }

  /** What the channels begin with on which managers are told to look again. */
  get wakeChannels(): string {
    return `${this.prefix}:wake:`;
  }
}
