/**
 * Names the keys of one structure. All of them carry one hash tag, so that on a Redis Cluster a
 * script may touch any of them, while the structures themselves spread over the slots.
 */
export class KeySpace {
  /**
   * @param prefix what all keys of the service start with, such as `trilith:analytics`
   * @param structure the structure's name, unique within the prefix
   */
  constructor(
    private readonly prefix: string,
    private readonly structure: string,
  ) {}

  /** `{trilith:analytics:counters}:totals` */
  key(...parts: readonly (string | number)[]): string {
    return [`{${this.prefix}:${this.structure}}`, ...parts].join(':');
  }
}
