import type { Codec } from './codec.js';

/** Whether a name could lead to a prototype, written plainly or with escapes. */
function isSuspicious(text: string): boolean {
  return text.includes('__proto__') || text.includes('"constructor"') || text.includes('\\u');
}

/**
 * JSON. A `__proto__` in it is left out, and so is a `constructor` that holds a `prototype`: whoever
 * merges such an object would change the prototype of everything.
 */
export const jsonCodec: Codec = {
  name: 'json',
  id: 1,
  encode(value) {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new TypeError(`JSON has no form for a ${typeof value}`);
    return Buffer.from(text);
  },
  decode(bytes) {
    const text = bytes.toString('utf8');
    return isSuspicious(text) ? JSON.parse(text, withoutPrototypes) : JSON.parse(text);
  },
};

function withoutPrototypes(name: string, value: unknown): unknown {
  if (name === '__proto__') return undefined;
  const holdsPrototype =
    typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
  return name === 'constructor' && holdsPrototype ? undefined : value;
}
