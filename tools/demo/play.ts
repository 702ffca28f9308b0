import colors from 'picocolors';
import { Unexpected } from './person.ts';
import type { Step } from './story.ts';

const TITLE_WIDTH = 52;

/**
 * Plays the steps one after the other and tells what each observed. Ends at the first that was not
 * observed, since the later ones build upon it.
 *
 * @returns whether all were observed.
 */
export async function play(
  steps: readonly Step[],
  { json, signal }: { json: boolean; signal: AbortSignal },
): Promise<boolean> {
  for (const [index, { title, run }] of steps.entries()) {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const { observed, held } = await attempt(run);
    const ms = Math.round(performance.now() - startedAt);
    const tell = json ? asJson : asLine;
    console.log(tell({ step: index + 1, title, held, observed, ms }));
    if (!held) return false;
  }
  if (!json) console.log(`\n${steps.length} steps, every one observed.`);
  return true;
}

interface Outcome {
  readonly step: number;
  readonly title: string;
  readonly held: boolean;
  readonly observed: string;
  readonly ms: number;
}

async function attempt(run: Step['run']): Promise<Pick<Outcome, 'held' | 'observed'>> {
  try {
    return { held: true, observed: await run() };
  } catch (error) {
    if (error instanceof Unexpected) return { held: false, observed: error.message };
    // Where nothing answers, fetch says why only in the cause of its error.
    const { message, cause } = error as Error;
    const reason =
      cause instanceof Error ? `${message}: ${cause.message || String(cause)}` : message;
    return { held: false, observed: reason };
  }
}

const asJson = (outcome: Outcome) => JSON.stringify(outcome);

function asLine({ step, title, held, observed, ms }: Outcome): string {
  const mark = held ? colors.green('✓') : colors.red('✗');
  const time = colors.dim(`${ms} ms`.padStart(8));
  return `${mark} ${String(step).padStart(2)}  ${title.padEnd(TITLE_WIDTH)} ${time}  ${observed}`;
}
