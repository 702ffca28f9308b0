import { z } from 'zod';

import { pageQuery } from '../../paging/page.js';
import { tag } from './tag.js';

/** A page of published posts, newest first: all, or those of an author or with a tag. */
export const listPostsQuery = pageQuery.extend({
  authorId: z.uuid().toLowerCase().optional(),
  tag: tag.optional(),
});
export type ListPostsQuery = z.output<typeof listPostsQuery>;
