// What each contestant's process runs: `node process-host.ts <module>`. The parent's first call is
// `start`; when the parent lets go, or dies, the part stops and so does the process.

/** A call by the parent. */
export interface ToHost {
  readonly call: number;
  readonly method: string;
  readonly argument: unknown;
}

/** What came of it. */
export interface FromHost {
  readonly call: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** What a module's default export makes: methods for the parent to call. */
export type Part<Methods extends string = string> = Record<
  Methods,
  (argument: never) => Promise<unknown>
> & { readonly stop?: () => Promise<void> };

type Starter = (input: unknown) => Promise<Part>;

let part: Part | undefined;

async function perform({ method, argument }: ToHost): Promise<unknown> {
  if (method !== 'start') return part?.[method]?.(argument as never);
  const { default: start } = (await import(process.argv[2] ?? '')) as { default: Starter };
  part = await start(argument);
  return undefined;
}

async function answer(request: ToHost): Promise<void> {
  const { call } = request;
  try {
    const result = await perform(request);
    process.send?.({ call, result } satisfies FromHost);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.send?.({ call, error: text } satisfies FromHost);
  }
}

process.on('message', (request) => void answer(request as ToHost));
// Ctrl-C reaches the whole group; the parent decides what stops when.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => {
  const leave = () => process.exit();
  Promise.resolve(part?.stop?.()).then(leave, leave);
});
