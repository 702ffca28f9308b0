/** A message on its way into a consumer whose effect is in Redis. */
export interface InboxKeyParts {
  /** The hash tag of the keys that the effect changes, without braces: one script takes them all. */
  readonly tag: string;
  readonly consumer: string;
  readonly messageId: string;
}

/**
 * The key under which a Redis script remembers a message: `inbox:{tag}:consumer:message id`.
 *
 * The script begins with {@link inboxLua}, or with the same lines written out, and then has its
 * effect. Redis runs it as one, so that message and effect are recorded together. It does not undo
 * a script that fails half-way: check arguments before the first write.
 */
export function inboxKey({ tag, consumer, messageId }: InboxKeyParts): string {
  if (tag === '' || /[{}]/.test(tag)) {
    throw new RangeError(`tag: got ${JSON.stringify(tag)}; takes a text without braces`);
  }
  return `inbox:{${tag}}:${consumer}:${messageId}`;
}

/**
 * Lua that ends a script with `repeated` when the message was handled before, and remembers it else.
 * @param place where the script finds the key of {@link inboxKey}, how long to remember it in
 *   milliseconds (longer than any outbox keeps sent events), and what a repeat returns.
 */
export function inboxLua({
  key = 'KEYS[1]',
  ttlMs = 'ARGV[1]',
  repeated = 'false',
}: {
  readonly key?: string;
  readonly ttlMs?: string;
  readonly repeated?: string;
} = {}): string {
  return `if not redis.call('SET', ${key}, 1, 'NX', 'PX', ${ttlMs}) then return ${repeated} end\n`;
}
