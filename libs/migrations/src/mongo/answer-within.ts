/** The server has not answered in time. What it was asked for may be done all the same. */
class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * Waits for so long for the answer to a command. The driver would wait for ever on a connection that has
 * gone silent: its `timeoutMS` has no effect since version 7.
 * @throws NoAnswerError
 */
export async function answerWithin<T>(ms: number, command: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new NoAnswerError(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([command, late]);
  } finally {
    clearTimeout(timer);
  }
}
