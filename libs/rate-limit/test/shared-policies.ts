import { gcra, slidingLog, slidingWindow } from '../src/index.js';

const DAY = 86_400_000;

/** Fifty each, in windows in which nothing comes back while a test runs. */
export const sharedPolicies = {
  slidingLog: slidingLog({ name: 'shared', limit: 50, windowMs: DAY }),
  slidingWindow: slidingWindow({ name: 'shared', limit: 50, windowMs: 30 * DAY }),
  gcra: gcra({ name: 'shared', limit: 50, windowMs: 30 * DAY }),
};

/** What a consumer process is told. */
export interface ConsumerInput {
  readonly url: string;
  readonly prefix: string;
  readonly policy: keyof typeof sharedPolicies;
  readonly calls: number;
  readonly clockOffsetMs: number;
}
