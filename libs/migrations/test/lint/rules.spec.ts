import { describe, expect, it } from '@jest/globals';
import { RULES } from '../../src/lint/rules/index.js';
import { CASES } from './cases/index.js';
import { lint, rulesIn } from './lint-texts.js';

describe('the rules', () => {
  const cases = CASES.flatMap(({ rule, before = [], breaks, keeps }) => [
    ...breaks.map((sql) => ({ rule, before, sql, isBroken: true })),
    ...keeps.map((sql) => ({ rule, before, sql, isBroken: false })),
  ]);
  it.each(cases)('$rule: $sql breaks it: $isBroken', async ({ rule, before, sql, isBroken }) => {
    const rules = rulesIn(await lint([...before, sql]), before.length + 1);
    expect(rules).not.toContain('syntax');
    expect(rules.includes(rule)).toBe(isBroken);
  });

  it('are all tried', () => {
    expect(new Set(CASES.map(({ rule }) => rule))).toEqual(new Set(RULES.map(({ id }) => id)));
  });

  it.each(cases.filter(({ isBroken }) => isBroken))(
    '$rule offers SQL instead of $sql that PostgreSQL understands and that does not break it',
    async ({ rule, before, sql }) => {
      const report = await lint([...before, sql]);
      const offered = report.findings.filter((finding) => finding.rule === rule).at(-1);
      const { findings } = await lint(['SELECT 1;', ...before, ...filesOf(offered?.instead ?? '')]);
      const kinds = findings.map((finding) => finding.rule);
      expect(offered).toBeDefined();
      expect(kinds).not.toContain('syntax');
      expect(kinds.includes(rule) && !DEFERRED.has(rule)).toBe(false);
    },
  );
});

/** There is no other way to these: the advice is to do them in a later release. */
const DEFERRED = new Set(
  ['table', 'column', 'view', 'type', 'schema', 'default'].map((what) => `drop-${what}`),
);

/** The files that an advice is made of: a comment that is no directive begins the next one. */
function filesOf(instead: string): string[] {
  return instead
    .split(/^--(?! migrate:).*$/m)
    .map((text) =>
      text
        .replaceAll('<range of the key>', 'id BETWEEN 1 AND 1000')
        .replaceAll('<still to do>', 'a IS NULL')
        .replaceAll('SET …', 'SET a = 1')
        .replaceAll(/<[^>]+>/g, 'placeholder')
        .trim(),
    )
    .filter((text) => text !== '' && !text.includes('…'));
}
