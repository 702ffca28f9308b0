import type { Part } from '../frame/process-host.ts';
import { consuming, type LimitInput } from './consuming.ts';
import { upstashLimiter } from './upstash.ts';

export default async function start(input: LimitInput): Promise<Part> {
  const { consume, stop } = upstashLimiter(input, { ephemeralCache: false });
  return { ...consuming(consume, input), stop };
}
