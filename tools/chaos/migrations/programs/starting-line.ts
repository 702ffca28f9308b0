/** What this process was told. */
export function readSettings(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Resolves when all who start at once may go: what they load to get there is no part of the race. */
export async function startSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('message', () => resolve());
  // Whoever watches the parent lets go of the channel; waiting for it must keep the process alive.
  process.channel?.ref();
  process.send?.('ready');
  await promise;
  process.channel?.unref();
}

/** Tells the parent, and resolves when it has been told. */
export async function tell(message: unknown): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.send?.(message, () => resolve());
  await promise;
}
