/** One message of a reply. A reply ends with `last` or with an error. */
export interface Reply {
  /** The request that it answers. */
  readonly id: string;
  readonly value?: unknown;
  readonly error?: Record<string, unknown>;
  readonly last?: boolean;
}

export function writeReply(reply: Reply): string {
  return JSON.stringify(reply);
}

/** The replies in one message: none in what is no message of replies. */
export function readReplies(text: string): readonly Reply[] {
  try {
    const replies: unknown = JSON.parse(text);
    return Array.isArray(replies) ? replies.filter(isReply) : [];
  } catch {
    return [];
  }
}

function isReply(value: unknown): value is Reply {
  return typeof (value as Reply | null)?.id === 'string';
}
