import { describe, expect, it } from '@jest/globals';

import { resourceTemplate } from '../../src/nest/resource-template.js';

class Methods {
  async plain(_id: string, _post?: { id: number; author?: { name: string } }) {}
  async tricky(_text = 'a,(b', { _x } = { _x: [1, 2] }, _list = [1, [2, 3]], ..._rest: string[]) {
    return _x;
  }
}

const { plain, tricky } = Methods.prototype as unknown as Record<
  string,
  (...args: never[]) => unknown
> as { plain: () => unknown; tricky: () => unknown };

describe('the name of a resource', () => {
  it.each([
    ['post', [], 'post'],
    ['post:{_id}', ['7'], 'post:7'],
    ['{_id}:{_id}', ['a'], 'a:a'],
    ['post:{0}', [7n], 'post:7'],
    ['post:{_post.id}:{1.author.name}', ['', { id: 0, author: { name: 'Ada' } }], 'post:0:Ada'],
    ['{0}', ['{1}'], '{1}'],
  ])('%s of %j is %s', (template, args, name) => {
    expect(resourceTemplate(template, plain)(args)).toBe(name);
  });

  it('finds arguments behind defaults and those that are taken apart', () => {
    expect(resourceTemplate('{_text}:{_list}', tricky)(['a', {}, 'b'])).toBe('a:b');
  });

  it.each(['{other}', '{_x}', '{}', '{_rest}'])('%s is refused at once', (template) => {
    expect(() => resourceTemplate(template, tricky)).toThrow(/^resource: got .*; takes arguments/);
  });

  it.each([[undefined], [null], [{}], [['1']]])('is no name with %j in it', (value) => {
    expect(() => resourceTemplate('post:{0}', plain)([value])).toThrow(TypeError);
    expect(() => resourceTemplate('post:{0.id}', plain)([value])).toThrow(TypeError);
  });
});
