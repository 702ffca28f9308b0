import type { Node, VariableSetStmt } from 'libpg-query';
import type { LintRule, RuleContext } from '../rule.js';
import type { SqlStatement } from '../sql-parser.js';
import { constantOf } from '../tree/expressions.js';
import { lockedRelations } from '../tree/locks.js';

/** Longer than this nobody should stand in the queue behind a migration. */
const LONGEST_MS = 10_000;

const UNIT_MS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1_000, min: 60_000 };

export const lockTimeout: LintRule = {
  id: 'lock-timeout',
  why:
    'A statement that waits for its lock makes every later query on the table wait behind it, for as ' +
    'long as the lock_timeout lets it.',
  *find(statement, context) {
    const set = settingOf(statement.node);
    const directive = context.file.directives.find(({ name }) => name === 'lock-timeout');
    if (context.index === 0 && directive !== undefined && isLong(directive.value)) {
      yield {
        at: directive.comment.start,
        message: 'queries queue behind a lock that is waited for without a near end',
        instead: '-- migrate: lock-timeout 2s',
      };
    }
    if (set !== undefined && isTooLong(set)) {
      yield {
        message: 'queries queue behind a lock that is waited for without a near end',
        instead: `SET LOCAL lock_timeout = '2s'; -- the runner tries again after it`,
      };
    }
    if (!context.file.mustSetTimeouts) return;
    const [first] = lockedRelations(statement).filter((name) => !context.schema.isNew(name));
    if (first === undefined || earlier(context).some((each) => settingOf(each.node))) return;
    yield {
      message: `queries on ${first} queue behind this for as long as it waits for its lock`,
      instead: `SET LOCAL lock_timeout = '2s';\n-- before this statement`,
    };
  },
};

function earlier({ file, index }: RuleContext): readonly SqlStatement[] {
  return file.statements.slice(0, index);
}

function settingOf(node: Node): VariableSetStmt | undefined {
  const isIt = 'VariableSetStmt' in node && node.VariableSetStmt.name === 'lock_timeout';
  return isIt ? node.VariableSetStmt : undefined;
}

function isTooLong({ kind, args }: VariableSetStmt): boolean {
  return kind !== 'VAR_SET_VALUE' || isLong(constantOf(args?.[0]) ?? '');
}

/** Zero means without end, and so does the server's default until somebody changed it. */
function isLong(duration: string): boolean {
  const [, number, unit = ''] = /^(\d+)\s*([a-z]*)$/.exec(duration) ?? [];
  const ms = Number(number) * (UNIT_MS[unit] ?? Infinity);
  return !(ms > 0 && ms <= LONGEST_MS);
}
