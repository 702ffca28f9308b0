import { constants } from 'node:os';
import { Interrupted } from '../processes/interruption.ts';

/** Something that a person can mend: the message says what and how, so no stack is shown. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
}

/** Runs a command's main function; its result becomes the exit status, or 1 when it throws. */
export async function runMain(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    if (!(error instanceof Interrupted)) {
      console.error(error instanceof Failure ? error.message : error);
    }
  }
}

function exitCodeOf(error: unknown): number {
  return error instanceof Interrupted ? 128 + constants.signals[error.signal] : 1;
}
