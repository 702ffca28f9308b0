import type { PipelineStage } from 'mongoose';

/** A place in a list that is ordered by a date and then by id, newest first. */
export interface Position {
  readonly date: Date;
  readonly id: string;
}

/** One page of a list. */
export interface PageRequest {
  /** The last entry of the page before; the first page without it. */
  readonly after?: Position | undefined;
  readonly limit: number;
}

/** Which documents a list holds and the date it is ordered by. */
export interface NewestFirstList {
  readonly where: Readonly<Record<string, string>>;
  readonly by: string;
}

/**
 * The stages that read one page from an index over the fields of `where`, then `by` and `_id`, both
 * descending. A page deep in the list costs what the first one does.
 */
export function newestFirst(
  { where, by }: NewestFirstList,
  { after, limit }: PageRequest,
): PipelineStage[] {
  const order = [{ $sort: { [by]: -1, _id: -1 } } as const, { $limit: limit }];
  if (after === undefined) return [{ $match: where }, ...order];
  return [
    // MongoDB joins both conditions. This one gives the index its bounds…
    { $match: { ...where, [by]: { $lte: after.date } } },
    // … and this one drops what has the very same date and was on the page before.
    { $match: { $or: [{ [by]: { $lt: after.date } }, { _id: { $lt: after.id } }] } },
    ...order,
  ];
}
