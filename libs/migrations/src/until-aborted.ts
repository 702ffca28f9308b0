/** A signal that aborts after a time, with a reason that says how long it was. */
export function deadlineIn(ms: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`not done within ${ms} ms`)), ms);
  // Whatever it limits keeps the process alive by itself.
  timer.unref();
  return controller.signal;
}

/**
 * Waits for the work, but not longer than the signal lets it: the abort's reason is thrown then, and
 * what the work comes to is ignored.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
