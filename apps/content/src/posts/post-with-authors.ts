import type { AuthorsService } from '../authors/authors.service.js';
import { toPostResponse, type PostResponse } from './dto/post.response.js';
import type { Post } from './post.schema.js';

/** All names of a page with one query: the author's and those of who commented last. */
export async function withAuthors(post: Post, authors: AuthorsService): Promise<PostResponse> {
  const people = [post.authorId, ...post.recentComments.map(({ authorId }) => authorId)];
  return toPostResponse(post, await authors.find(people));
}
