import { describe, expect, it } from '@jest/globals';

import { KeySpace } from './key-space.js';

/** What Redis Cluster hashes of a key. */
const hashTag = (key: string) => /\{([^}]+)\}/.exec(key)?.[1];

describe('KeySpace', () => {
  it('should put all keys of a structure into one cluster slot', () => {
    const keys = new KeySpace('trilith:analytics', 'board:posts');

    expect(keys.key('scores')).toBe('{trilith:analytics:board:posts}:scores');
    expect(hashTag(keys.key('scores'))).toBe(hashTag(keys.key('inbox', 29_000_000)));
  });

  it('should spread structures over the slots', () => {
    const [posts, tags] = ['board:posts', 'board:tags'].map((name) =>
      new KeySpace('trilith:analytics', name).key('scores'),
    );

    expect(hashTag(posts ?? '')).not.toBe(hashTag(tags ?? ''));
  });
});
