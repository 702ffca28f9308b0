/** The keys of a cache on Redis. One hash tag: they share a slot, so that scripts are atomic. */
export class KeyNames {
  /** What comes before the kind and name of a value or lease. */
  readonly base: string;
  readonly log: string;
  readonly marks: string;

  constructor(prefix: string, cache: string) {
    this.base = `${prefix}:{cache:${cache}}:`;
    this.log = `${this.base}log`;
    this.marks = `${this.base}marks`;
  }

  value(key: string): string {
    return `${this.base}v:${key}`;
  }

  lease(key: string): string {
    return `${this.base}l:${key}`;
  }
}
