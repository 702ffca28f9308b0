import colors from 'picocolors';
import { table } from '../../../terminal/table.ts';
import { duration, whole } from '../../figures.ts';
import { findingsList } from '../../print.ts';
import type { Explanation } from './explain.ts';
import { nameOf, nodesOf, type PlanNode, total } from './plan.ts';

/** A plan and what it says, for a person. */
export function explanationText({ statement, explained, findings, ...how }: Explanation): string {
  const lines = [colors.dim(statement), '', planTable(explained.Plan, how.hasRun), ''];
  if (how.hasRun) {
    const { 'Planning Time': planning = 0, 'Execution Time': execution = 0 } = explained;
    lines.push(`Planned in ${duration(planning)}, ran in ${duration(execution)}, rolled back.`);
  } else if (how.isGeneric) {
    lines.push('Planned for any values and not run: give those of $1, $2 … by --values to run it.');
  } else {
    lines.push('Planned and not run.');
  }
  lines.push('', findings.length === 0 ? 'Nothing stands out.' : findingsList(findings));
  return lines.join('\n');
}

function planTable(plan: PlanNode, hasRun: boolean): string {
  const head = hasRun
    ? ['step', 'rows', 'expected', 'time', 'blocks cached', 'blocks read']
    : ['step', 'expected', 'cost'];
  const rows = nodesOf(plan).map(({ node, depth }) => [
    `${'  '.repeat(depth)}${nameOf(node)}`,
    ...(hasRun ? measured(node) : [whole(node['Plan Rows']), whole(node['Total Cost'] ?? 0)]),
  ]);
  return table(head, rows);
}

/** With all loops, and what is below included. */
function measured(node: PlanNode): string[] {
  const loops = node['Actual Loops'] ?? 0;
  return [
    loops === 0 ? 'never run' : whole(total(node, node['Actual Rows'])),
    whole(node['Plan Rows'] * Math.max(1, loops)),
    duration(total(node, node['Actual Total Time'])),
    whole(node['Shared Hit Blocks'] ?? 0),
    whole(node['Shared Read Blocks'] ?? 0),
  ];
}
