import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, trusted } from 'mongoose';

import { COMMENT, type Comment } from '../comments/comment.schema.js';
import { LIKE, type Like } from '../likes/like.schema.js';
import { type OnStep, STEP } from './on-step.js';

/** Removes what people wrote below a post that goes, whoever they are. */
@Injectable()
export class ReactionsRemoval {
  constructor(
    @InjectModel(COMMENT) private readonly comments: Model<Comment>,
    @InjectModel(LIKE) private readonly likes: Model<Like>,
  ) {}

  /** The post takes no more of them: nobody counts them again. */
  async removeAllOn(postId: string, onStep: OnStep): Promise<void> {
    await removeAll(this.comments as unknown as Reactions, postId, onStep);
    await removeAll(this.likes as unknown as Reactions, postId, onStep);
  }
}

/** What both kinds have. */
type Reactions = Model<Pick<Comment & Like, '_id' | 'postId'>>;

async function removeAll(reactions: Reactions, postId: string, onStep: OnStep): Promise<void> {
  for (;;) {
    const found = await reactions.find({ postId }, { _id: 1 }).limit(STEP).lean();
    if (found.length === 0) return;
    await reactions.deleteMany({ _id: trusted({ $in: found.map(({ _id }) => _id) }) });
    await onStep();
  }
}
