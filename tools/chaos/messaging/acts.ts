/** The topic of every event here: an act was done. */
export const ACT_DONE = 'acts.done';

/** Whose events they are. */
export const PUBLISHER = 'acts';

/** What a producer does, and tells of by an event. */
export interface Act {
  /** From 1, each once. */
  readonly number: number;
  /** What it is about: acts of one key have an order. */
  readonly key: string;
  /** Its place among the acts of its key, from 1, in the order in which they were committed. */
  readonly sequence: number;
  /** Its handler always fails. */
  readonly isPoison: boolean;
}

/** What became of an act somewhere, without its payload. */
export type Effect = Pick<Act, 'number' | 'key' | 'sequence'>;

/** The Redis list of the effects that a service has there. */
export const effectsList = (service: string): string => `effects:{${service}}`;
