/** Something that a person can mend: the message says what and how, so no stack is shown. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
}

/** Runs a command's main function; its result, or 1 when it throws, becomes the exit status. */
export async function runMain(main: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    process.exitCode = 1;
  }
}
