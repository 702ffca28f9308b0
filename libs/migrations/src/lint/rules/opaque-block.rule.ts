import type { LintRule } from '../rule.js';

export const opaqueBlock: LintRule = {
  id: 'opaque-block',
  why: 'What a DO block or a CALL does is decided when it runs: nobody looked at it here.',
  *find({ node }) {
    if (!('DoStmt' in node) && !('CallStmt' in node)) return;
    yield {
      message: 'nothing is known of what this runs',
      instead: '-- plain statements; where it takes a block, say in the acceptance what it locks',
    };
  },
};
