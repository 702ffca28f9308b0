import { createHash } from 'node:crypto';

/**
 * A weak entity tag (RFC 9110, 8.8.3) of a response's body. Weak, for what the body becomes on the
 * wire is up to serialisation and compression.
 */
export function entityTagOf(body: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(body) ?? '');
  return `W/"${hash.digest('base64url').slice(0, 22)}"`;
}

/** Whether `If-None-Match` names the tag, compared weakly (RFC 9110, 13.1.2). */
export function isNamedBy(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const opaque = tag.replace(/^W\//, '');
  return header.split(',').some((listed) => listed.trim().replace(/^W\//, '') === opaque);
}
