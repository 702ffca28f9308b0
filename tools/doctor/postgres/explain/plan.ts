/** A node of a plan, as EXPLAIN (FORMAT JSON) has it; what was measured is there when it ran. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Parent Relationship'?: string;
  readonly 'Join Type'?: string;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'CTE Name'?: string;
  readonly 'Plan Rows': number;
  readonly 'Total Cost'?: number;
  /** Of each loop, at the mean. */
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
  readonly 'Actual Total Time'?: number;
  readonly Filter?: string;
  readonly 'Join Filter'?: string;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly 'Heap Fetches'?: number;
  readonly 'Sort Key'?: readonly string[];
  readonly 'Sort Space Used'?: number;
  readonly 'Sort Space Type'?: string;
  readonly 'Hash Batches'?: number;
  readonly 'Peak Memory Usage'?: number;
  readonly 'HashAgg Batches'?: number;
  readonly 'Disk Usage'?: number;
  readonly 'Exact Heap Blocks'?: number;
  readonly 'Lossy Heap Blocks'?: number;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly 'Temp Written Blocks'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** A plan and how it went. */
export interface Explained {
  readonly Plan: PlanNode;
  readonly 'Planning Time'?: number;
  readonly 'Execution Time'?: number;
}

/** A node with what is around it. */
export interface PlacedNode {
  readonly node: PlanNode;
  readonly depth: number;
  /** Whether a node above it may stop asking before it has told all its rows. */
  readonly mayStopEarly: boolean;
}

/** All nodes, each above what it asks. */
export function nodesOf(plan: PlanNode): PlacedNode[] {
  return walk(plan, 0, false);
}

function walk(node: PlanNode, depth: number, mayStopEarly: boolean): PlacedNode[] {
  const children = node.Plans ?? [];
  return [
    { node, depth, mayStopEarly },
    ...children.flatMap((child) => walk(child, depth + 1, mayStopEarly || stops(node, child))),
  ];
}

/** A merge join ends with the shorter of its sides, a semi-join with the first match. */
function stops(node: PlanNode, child: PlanNode): boolean {
  const type = node['Node Type'];
  if (type === 'Limit' || type === 'Merge Join') return true;
  const isInner = child['Parent Relationship'] === 'Inner';
  return isInner && (node['Join Type'] === 'Semi' || node['Join Type'] === 'Anti');
}

/** What it did in all its loops; 0 for a node that did not run. */
export function total(node: PlanNode, perLoop: number | undefined): number {
  return (perLoop ?? 0) * (node['Actual Loops'] ?? 0);
}

/** `Seq Scan on public.accounts`, `Index Scan on public.accounts by accounts_pkey`. */
export function nameOf(node: PlanNode): string {
  const relation = relationOf(node) ?? node['CTE Name'];
  const on = relation === undefined ? '' : ` on ${relation}`;
  const by = node['Index Name'] === undefined ? '' : ` by ${node['Index Name']}`;
  return `${node['Node Type']}${on}${by}`;
}

/** The table that it reads, with its schema. */
export function relationOf(node: PlanNode): string | undefined {
  const { Schema: schema, 'Relation Name': relation } = node;
  return relation === undefined || schema === undefined ? relation : `${schema}.${relation}`;
}
