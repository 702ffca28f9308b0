import { describe, expect, it } from '@jest/globals';
import { replaceDatabase } from './mongo.options.js';

describe('replaceDatabase', () => {
  it.each([
    ['mongodb://h:1/app', 'mongodb://h:1/x'],
    ['mongodb://a:1,b:2/app?replicaSet=rs0', 'mongodb://a:1,b:2/x?replicaSet=rs0'],
    // Without a word on it, credentials are looked up in the database that the URL names.
    ['mongodb://me:p%2Fw@h:1/app', 'mongodb://me:p%2Fw@h:1/x?authSource=app'],
    ['mongodb+srv://me:pw@h/app?w=1', 'mongodb+srv://me:pw@h/x?w=1&authSource=app'],
    ['mongodb://me:pw@h:1/app?authSource=admin', 'mongodb://me:pw@h:1/x?authSource=admin'],
  ])('turns %s into %s', (url, expected) => {
    expect(replaceDatabase(url, 'x')).toBe(expected);
  });
});
