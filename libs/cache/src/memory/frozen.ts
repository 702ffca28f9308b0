/**
 * Makes a value and all it holds unchangeable, so that one object can serve all callers. What lies
 * inside Dates, Maps, Sets and binary data cannot be: values with these ask for copies.
 */
export function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      if (typeof item === 'object' && item !== null && !Object.isFrozen(item)) deepFreeze(item);
    }
    return value;
  }
  for (const name in value) {
    const item = (value as Record<string, unknown>)[name];
    if (typeof item === 'object' && item !== null && !Object.isFrozen(item)) deepFreeze(item);
  }
  return value;
}
