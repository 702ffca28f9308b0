import type { Json } from '../problems/domain.error.js';

/**
 * Applies a JSON merge patch (RFC 7396): what is null in the patch is taken away, objects are merged,
 * and anything else, lists too, is replaced as a whole. Neither argument is changed.
 */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const members = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, mergePatch(members.get(name), value));
  }
  // Defines members, where an assignment to __proto__ would reach for the prototype.
  return Object.fromEntries(members);
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
