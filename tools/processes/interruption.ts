const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A person or the system wants this process to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}.`);
    this.signal = signal;
  }
}

/**
 * Aborts, with {@link Interrupted} as its reason, at the first Ctrl-C or polite kill. From then on
 * further ones change nothing: what stops things must not be stopped half way.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => controller.abort(new Interrupted(signal)));
  }
  return controller.signal;
}
