import { gcra, slidingLog, slidingWindow } from '../src/index.js';

const HOUR = 3_600_000;

/** Five of each that counts in time, in windows so long that nothing leaves them while a test runs. */
export const everyAlgorithm = [
  slidingLog({ name: 'log', limit: 5, windowMs: HOUR }),
  slidingWindow({ name: 'window', limit: 5, windowMs: 24 * HOUR }),
  gcra({ name: 'gcra', limit: 5, windowMs: 24 * HOUR }),
] as const;
