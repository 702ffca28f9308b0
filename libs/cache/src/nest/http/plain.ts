/**
 * The name of the first class whose instance a value contains, or undefined when it is plain data.
 * Dates are plain: every codec turns them into something.
 *
 * A serialiser outside of the cache may hide fields by an instance's class. What comes back from
 * Redis has no class any more, and would show them.
 */
export function firstClassIn(value: unknown, seen = new Set<object>()): string | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Date) return undefined;
  if (seen.has(value)) return undefined;
  seen.add(value);
  const { constructor } = value;
  // Parsers of queries make objects that inherit nothing.
  const isPlain = constructor === undefined || constructor === Object || Array.isArray(value);
  if (!isPlain) return typeof constructor === 'function' ? constructor.name : 'something unknown';
  for (const part of Object.values(value)) {
    const name = firstClassIn(part, seen);
    if (name !== undefined) return name;
  }
  return undefined;
}
