import { describe, expect, it } from '@jest/globals';

import { openToReactions, publishable, readable, type PostState } from './post.rules.js';
import { postStatuses, type PostStatus } from './post.schema.js';

const author = 'author';
const stranger = 'stranger';
const post = (status: PostStatus): PostState => ({ _id: 'p', authorId: author, status });

/** What the author, a stranger and somebody who did not sign in are told. */
type Verdicts = [author: string, stranger: string, nobody: string];
type Rule = typeof readable | typeof publishable | typeof openToReactions;

/** What a rule says: `yes`, or the code of its refusal. */
function verdict(rule: Rule, status: PostStatus, accountId: string | undefined): string {
  try {
    rule({ postId: 'p', post: post(status), accountId });
    return 'yes';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** All that a stranger gets to know when refused. */
function refusalOf(found: PostState | undefined): object {
  try {
    return readable({ postId: 'p', post: found, accountId: stranger });
  } catch (error) {
    return { ...(error as object), message: (error as Error).message };
  }
}

describe('what may be done with a post', () => {
  it.each<[string, Rule, PostStatus, Verdicts]>([
    ['read', readable, 'draft', ['yes', 'post_not_found', 'post_not_found']],
    ['read', readable, 'published', ['yes', 'yes', 'yes']],
    ['read', readable, 'archived', ['yes', 'post_not_found', 'post_not_found']],
    ['publish', publishable, 'draft', ['yes', 'post_not_found', 'post_not_found']],
    ['publish', publishable, 'published', ['yes', 'not_the_author', 'not_the_author']],
    ['publish', publishable, 'archived', ['post_state', 'post_not_found', 'post_not_found']],
    ['react to', openToReactions, 'draft', ['post_state', 'post_not_found', 'post_not_found']],
    ['react to', openToReactions, 'published', ['yes', 'yes', 'yes']],
    ['react to', openToReactions, 'archived', ['post_state', 'post_not_found', 'post_not_found']],
  ])(
    'to %s a post (%p) that is %s: its author, a stranger, nobody: %j',
    (...[, rule, status, expected]) => {
      const people = [author, stranger, undefined];

      expect(people.map((accountId) => verdict(rule, status, accountId))).toEqual(expected);
    },
  );

  it('should find no post where there is none, whoever asks', () => {
    for (const rule of [readable, publishable, openToReactions]) {
      for (const accountId of [author, undefined]) {
        expect(() => rule({ postId: 'p', post: undefined, accountId })).toThrow(
          expect.objectContaining({ code: 'post_not_found' }),
        );
      }
    }
  });

  it('should answer a stranger the same for a hidden post and for none', () => {
    for (const status of postStatuses.filter((each) => each !== 'published')) {
      expect(refusalOf(post(status))).toEqual(refusalOf(undefined));
    }
  });
});
