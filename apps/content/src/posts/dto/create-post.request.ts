import { text } from '@trilith/service';
import { z } from 'zod';

import { tags } from './tag.js';

/** A new draft. */
export const createPostRequest = z
  .strictObject({
    title: text({ min: 1, max: 200, visible: true }),
    content: text({ min: 1, max: 50_000, visible: true }),
    tags: tags.default([]),
  })
  .meta({ id: 'CreatePost' });
export type CreatePostRequest = z.output<typeof createPostRequest>;
