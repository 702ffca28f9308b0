import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthRegistry } from '../health/health-registry.js';
import { showEndpoints, type Stores } from './reachable.js';
import { StartError } from './start.error.js';

const PAUSE_MS = 300;

/**
 * Waits until every health check works.
 *
 * @param stores URLs by check name, for the message
 * @throws {StartError} one line with each check that failed to the end
 */
export async function untilHealthy(
  registry: HealthRegistry,
  stores: Stores,
  timeoutMs: number,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const down = await failingChecks(registry);
    if (down.length === 0) return;
    if (performance.now() >= end) {
      const lines = down.map(({ name, message }) => describe(name, message, stores[name]));
      throw new StartError(`${lines.join('; ')}; waited ${timeoutMs / 1_000} s for it`);
    }
    await sleep(PAUSE_MS);
  }
}

async function failingChecks(
  registry: HealthRegistry,
): Promise<{ name: string; message: string }[]> {
  const results = await registry.run();
  return results.flatMap((result) =>
    Object.entries(result)
      .filter(([, { status }]) => status === 'down')
      .map(([name, details]) => ({ name, message: String(details['message'] ?? 'failed') })),
  );
}

function describe(name: string, message: string, url: string | undefined): string {
  const place = url === undefined ? '' : ` at ${showEndpoints(url)}`;
  return `${name}${place} is not ready (${message})`;
}
