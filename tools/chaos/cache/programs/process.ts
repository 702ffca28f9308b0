/** A call by the experiment. */
export interface ToProgram {
  readonly call: number;
  readonly method: string;
  readonly argument: unknown;
}

/** What came of it. */
export interface FromProgram {
  readonly call: number;
  readonly result?: unknown;
  readonly error?: string;
}

type Methods = Readonly<Record<string, (argument: never) => Promise<unknown>>>;

/** What this process was told. */
export function readSettings(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Answers the experiment's calls from now on; the first answer, to call 0, says that it is ready. */
export function serve(methods: Methods): void {
  process.on('message', (request: ToProgram) => void answer(methods, request));
  // Whoever watches for the parent's end let go of it: who serves lives for as long as it is asked.
  process.channel?.ref();
  process.send?.({ call: 0 } satisfies FromProgram);
}

async function answer(methods: Methods, { call, method, argument }: ToProgram): Promise<void> {
  try {
    const result = await methods[method]?.(argument as never);
    process.send?.({ call, result } satisfies FromProgram);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.send?.({ call, error: text } satisfies FromProgram);
  }
}
