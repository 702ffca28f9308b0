/** Waits for a work that goes on whatever happens; `late` answers when it takes too long. */
export async function within<T>(
  work: Promise<T>,
  timeoutMs: number,
  late: () => T | Promise<T>,
): Promise<T> {
  // Longer than a timer can wait is for ever.
  if (timeoutMs >= 2 ** 31) return work;
  const { promise: expired, resolve } = Promise.withResolvers<typeof isLate>();
  const timer = setTimeout(resolve, timeoutMs, isLate);
  try {
    const first = await Promise.race([work, expired]);
    return first === isLate ? await late() : first;
  } finally {
    clearTimeout(timer);
  }
}

const isLate = Symbol('late');
