/** Accepts documents that have no token yet, or none higher. */
export type FenceFilter = Readonly<
  Record<'$or', readonly Readonly<Record<string, null | { readonly $lte: bigint }>>[]>
>;

/**
 * A filter for MongoDB that a write under a lock adds to its own, setting the field at the same
 * time: a document that was written with a higher token does not match, and `matchedCount` tells.
 *
 * @param field `fence` by default.
 * @example
 * const { matchedCount } = await reports.updateOne(
 *   { _id: id, ...fenceFilter(lease.fencingToken) },
 *   { $set: { body, fence: lease.fencingToken } },
 * );
 * if (matchedCount === 0) throw new Error('somebody else has the lock by now');
 */
export function fenceFilter(fencingToken: bigint, field = 'fence'): FenceFilter {
  // Null matches a missing field, too.
  return { $or: [{ [field]: null }, { [field]: { $lte: fencingToken } }] };
}
