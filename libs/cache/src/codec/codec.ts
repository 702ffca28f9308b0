/** Turns values into bytes and back. */
export interface Codec {
  /** For messages. */
  readonly name: string;
  /**
   * 1 to 255, written beside each value: what another codec wrote is a miss. JSON is 1, msgpackr 2;
   * take one from 16 on for your own.
   */
  readonly id: number;
  /** @throws when the value cannot be represented. */
  encode(value: unknown): Uint8Array;
  /** Must not change prototypes, whatever the bytes are. @throws when they are not its own. */
  decode(bytes: Buffer): unknown;
}
