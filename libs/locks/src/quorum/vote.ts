/** How a question to several servers came out. */
export interface Vote<T> {
  readonly isCarried: boolean;
  /** The answers of those that agreed, as far as they were waited for. */
  readonly yes: readonly T[];
  readonly no: readonly T[];
  /** Why others did not answer. */
  readonly failures: readonly unknown[];
}

/** Waits until more than half agree, or no longer can. The others' answers are not waited for. */
export async function majority<T>(
  replies: readonly Promise<T>[],
  agrees: (reply: T) => boolean,
): Promise<Vote<T>> {
  const needed = majorityOf(replies.length);
  const yes: T[] = [];
  const no: T[] = [];
  const failures: unknown[] = [];
  const decided = Promise.withResolvers<void>();
  const count = () => {
    const open = replies.length - no.length - failures.length;
    if (yes.length >= needed || open < needed) decided.resolve();
  };
  for (const reply of replies) {
    reply
      .then(
        (answer) => (agrees(answer) ? yes : no).push(answer),
        (error: unknown) => failures.push(error),
      )
      .then(count, decided.reject);
  }
  await decided.promise;
  return { isCarried: yes.length >= needed, yes: [...yes], no: [...no], failures: [...failures] };
}

/** How many of so many are more than half. */
export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}
