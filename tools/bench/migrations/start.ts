import { execa } from 'execa';
import type { RunnerInput } from './runners/runner.ts';

const ONCE = new URL('run-once.ts', import.meta.url);
/** Only what hangs takes so long. */
const TIMEOUT_MS = 180_000;

/** What a runner does in a process of its own. */
export interface StartOptions {
  /** A file in `runners/`, without `.ts`. */
  readonly runner: string;
  readonly action: 'up' | 'status';
  readonly input: RunnerInput;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface Started {
  /** Applied by `up`, or shown as applied by `status`. */
  readonly count: number;
  /** From opening to closing the runner, its code being loaded. */
  readonly workedMs: number;
  /** From starting the process to its end. */
  readonly tookMs: number;
}

/** Starts a runner once, as a deployment does. */
export async function startOnce({ runner, action, input, signal }: StartOptions): Promise<Started> {
  const module = new URL(`runners/${runner}.ts`, import.meta.url).href;
  const begunAt = performance.now();
  const { stdout } = await execa(
    process.execPath,
    [ONCE.pathname, module, action, JSON.stringify(input)],
    { timeout: TIMEOUT_MS, cancelSignal: signal, env: { NODE_NO_WARNINGS: '1' } },
  );
  const tookMs = performance.now() - begunAt;
  const { count, workedMs } = JSON.parse(stdout) as Pick<Started, 'count' | 'workedMs'>;
  return { count, workedMs, tookMs };
}
