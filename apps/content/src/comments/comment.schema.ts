import { Schema } from 'mongoose';

import { documentOptions } from '../database/document-options.js';

/** Injection name of the model. */
export const COMMENT = 'Comment';

/** A comment as it is stored. */
export interface Comment {
  /** UUID version 7. */
  _id: string;
  postId: string;
  authorId: string;
  text: string;
  createdAt: Date;
}

export const commentSchema = new Schema<Comment>(
  {
    _id: { type: String, required: true },
    postId: { type: String, required: true },
    authorId: { type: String, required: true },
    text: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { ...documentOptions, collection: 'comments' },
);
