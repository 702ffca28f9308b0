import { CacheOptionError } from './cache.errors.js';

/** Begins the tags that namespaces give to their entries. */
export const NAMESPACE_TAG = '@ns/';

const mostTags = 64;
const mostLength = 200;

/** @throws {CacheOptionError} when one of them is no tag that an entry may have. */
export function requireTags(tags: unknown): void {
  if (!Array.isArray(tags) || tags.length > mostTags) {
    throw new CacheOptionError('tags', tags, `a list of at most ${mostTags} texts`);
  }
  for (const tag of tags) requireTag(tag);
}

/** @throws {CacheOptionError} */
export function requireTag(tag: unknown): void {
  const fits = typeof tag === 'string' && tag !== '' && tag.length <= mostLength;
  if (fits && !tag.startsWith(NAMESPACE_TAG)) return;
  throw new CacheOptionError(
    'tags',
    tag,
    `texts of 1 to ${mostLength} characters that do not begin with ${NAMESPACE_TAG}`,
  );
}
