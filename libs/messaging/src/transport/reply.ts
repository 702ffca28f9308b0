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

/** Undefined for what is no reply. */
export function readReply(text: string): Reply | undefined {
  try {
    const reply = JSON.parse(text) as Reply | null;
    return typeof reply?.id === 'string' ? reply : undefined;
  } catch {
    return undefined;
  }
}
