import type { LintRule } from '../rule.js';

export const revoke: LintRule = {
  id: 'revoke',
  why: 'Running code that still uses the privilege fails.',
  *find({ node }) {
    // The tree says is_grant only where it is true.
    const takes = 'GrantStmt' in node && !node.GrantStmt.is_grant;
    const leaves = 'GrantRoleStmt' in node && !node.GrantRoleStmt.is_grant;
    if (!takes && !leaves) return;
    yield {
      message: 'code that still uses the privilege fails',
      instead:
        '-- release code that does without it; revoke when no replica of the old one is left',
    };
  },
};
