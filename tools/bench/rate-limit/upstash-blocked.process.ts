import type { Part } from '../frame/process-host.ts';
import type { LimitInput } from './consuming.ts';
import { refusing } from './refusing.ts';
import { upstashLimiter } from './upstash.ts';

export default async function start(input: LimitInput): Promise<Part> {
  const { consume, stop } = upstashLimiter(input, { ephemeralCache: new Map() });
  return { ...refusing(async () => consume('blocked'), input.limit), stop };
}
