import { bytes, percent, whole } from '../../figures.ts';
import type { Finding } from '../../finding.ts';
import type { Limits } from '../limits.ts';
import { redact } from '../redact.ts';
import { nameOf, type PlacedNode, type PlanNode, relationOf, total } from './plan.ts';

/** What a rule knows beside the node. */
export interface Surroundings {
  readonly limits: Limits;
  /** Rows of a table, by the planner's own count; 0 where it is unknown. */
  readonly rowsOf: (relation: string) => number;
  readonly blockSize: number;
}

/** Reads one kind of trouble from a node. */
export type PlanRule = (placed: PlacedNode, around: Surroundings) => Finding | undefined;

/** So many rows thrown away for each that is kept: an index could have left them out. */
const WASTE = 10;
/** So many times more or fewer rows than planned; and rows from which on it matters. */
const MISESTIMATE = 10;
const GROSS_MISESTIMATE = 100;
const ROWS_THAT_MATTER = 100;
/** Their bitmaps are not counted. */
const ROWLESS = new Set(['BitmapAnd', 'BitmapOr']);
const FILTERED_ROWS = 1_000;
const KIB = 1_024;

const sequentialScan: PlanRule = ({ node }, around) => {
  const scan = scanOf(node, around);
  if (scan === undefined || scan.read < around.limits.largeTableRows) return undefined;
  return scanFinding(scan);
};

/** Partitions may be small, and many. */
const scanOfPartitions: PlanRule = ({ node }, around) => {
  if (!node['Node Type'].endsWith('Append')) return undefined;
  const { largeTableRows } = around.limits;
  const scans = (node.Plans ?? []).flatMap((child) => scanOf(child, around) ?? []);
  const small = scans.filter(({ read }) => read < largeTableRows);
  const [first] = small;
  const sum = (of: (scan: Scan) => number) => small.reduce((all, scan) => all + of(scan), 0);
  const read = sum((scan) => scan.read);
  if (!first || small.length === 1 || read < largeTableRows) return undefined;
  const relation = `${first.relation} and ${small.length - 1} more`;
  return scanFinding({ ...first, relation, read, kept: sum(({ kept }) => kept) });
};

/** A table that is read, or would be, from end to end. */
interface Scan {
  readonly relation: string;
  readonly hasRun: boolean;
  readonly read: number;
  readonly kept: number;
  readonly filter: string | undefined;
}

function scanOf(node: PlanNode, { rowsOf }: Surroundings): Scan | undefined {
  const relation = relationOf(node);
  if (node['Node Type'] !== 'Seq Scan' || relation === undefined) return undefined;
  const hasRun = node['Actual Loops'] !== undefined;
  const removed = total(node, node['Rows Removed by Filter']);
  const kept = hasRun ? total(node, node['Actual Rows']) : node['Plan Rows'];
  const read = hasRun ? kept + removed : rowsOf(relation);
  const filter = node.Filter === undefined ? undefined : redact(node.Filter);
  return { relation, hasRun, read, kept, filter };
}

function scanFinding({ relation, hasRun, read, kept, filter }: Scan): Finding {
  const isWasteful = read >= WASTE * Math.max(1, kept);
  return {
    severity: isWasteful ? 'warning' : 'notice',
    subject: relation,
    what: `Sequential scan: ${hasRun ? 'read' : 'would read'} ${whole(read)} rows to keep ${whole(kept)}${filter === undefined ? '' : ` by ${filter}`}.`,
    next: isWasteful
      ? 'CREATE INDEX CONCURRENTLY on the columns of that condition (those compared for equality first); if there is one, see that the condition compares the column itself, in its own type.'
      : 'Most rows are wanted, so that an index would not help: ask for fewer, or for sums that are kept.',
    facts: { rule: 'sequential-scan', read, kept, filter: filter ?? null },
  };
}

const misestimate: PlanRule = ({ node, mayStopEarly }) => {
  const factor = misestimateOf(node);
  if (factor < MISESTIMATE) return undefined;
  const [planned, actual] = [node['Plan Rows'], node['Actual Rows'] ?? 0];
  if (mayStopEarly && actual < planned) return undefined;
  // What is above is wrong because of what is below: that is told.
  if (node.Plans?.some((child) => misestimateOf(child) >= MISESTIMATE)) return undefined;
  const relation = relationOf(node);
  return {
    severity: factor >= GROSS_MISESTIMATE ? 'warning' : 'notice',
    subject: nameOf(node),
    what: `The planner expected ${whole(planned)} rows and there were ${whole(actual)}, ${whole(factor)} times ${actual > planned ? 'more' : 'fewer'}: what it chose above rests on that.`,
    next: relation
      ? `ANALYZE ${relation}. If that is no help: CREATE STATISTICS for columns of one condition that depend on each other, or a higher SET STATISTICS of the column.`
      : 'See the conditions of the join: CREATE STATISTICS for columns that depend on each other; functions on columns hide their statistics.',
    facts: { rule: 'misestimate', planned, actual, factor },
  };
};

function misestimateOf(node: PlanNode): number {
  const { 'Actual Rows': actual = 0, 'Actual Loops': loops = 0, 'Plan Rows': planned } = node;
  if (loops === 0 || ROWLESS.has(node['Node Type'])) return 1;
  if (Math.max(planned, actual) * loops < ROWS_THAT_MATTER) return 1;
  return Math.max(planned, actual) / Math.max(1, Math.min(planned, actual));
}

const sortOnDisk: PlanRule = ({ node }) => {
  if (node['Sort Space Type'] !== 'Disk') return undefined;
  const used = (node['Sort Space Used'] ?? 0) * KIB;
  const key = node['Sort Key']?.map(redact).join(', ') ?? '';
  return {
    severity: 'warning',
    subject: nameOf(node),
    what: `Sorted on disk, ${bytes(used)}, by ${key}: work_mem was too small.`,
    next: `An index in this order spares the sort; or fewer rows and columns; or, for this statement alone, SET LOCAL work_mem to about three times ${bytes(used)}.`,
    facts: { rule: 'sort-on-disk', bytes: used, key },
  };
};

const hashOnDisk: PlanRule = ({ node }) => {
  const batches = node['Hash Batches'] ?? (node['HashAgg Batches'] ?? 0) + 1;
  const used = (node['Disk Usage'] ?? 0) * KIB;
  if (batches <= 1 || (node['Hash Batches'] === undefined && used === 0)) return undefined;
  const memory = (node['Peak Memory Usage'] ?? 0) * KIB;
  return {
    severity: 'warning',
    subject: nameOf(node),
    what: `A hash table did not fit into memory (${bytes(memory)}) and went to disk in ${whole(batches)} parts.`,
    next: `Fewer rows on that side of the join or fewer groups; see whether the planner expected more or fewer than there were; or, for this statement alone, SET LOCAL work_mem to about ${bytes(memory * batches)}.`,
    facts: { rule: 'hash-on-disk', batches, memory, disk: used },
  };
};

const lossyBitmap: PlanRule = ({ node }) => {
  const lossy = node['Lossy Heap Blocks'] ?? 0;
  if (lossy === 0) return undefined;
  const exact = node['Exact Heap Blocks'] ?? 0;
  return {
    severity: 'warning',
    subject: nameOf(node),
    what: `The bitmap did not fit into work_mem: of ${whole(lossy)} of ${whole(lossy + exact)} pages each row was looked at.`,
    next: 'A condition or an index that keeps fewer rows; or, for this statement alone, more work_mem.',
    facts: { rule: 'lossy-bitmap', lossy, exact },
  };
};

const filteredRows: PlanRule = ({ node }) => {
  if (node['Node Type'] === 'Seq Scan') return undefined;
  const removed =
    total(node, node['Rows Removed by Filter']) + total(node, node['Rows Removed by Join Filter']);
  const kept = total(node, node['Actual Rows']);
  if (removed < FILTERED_ROWS || removed < WASTE * kept) return undefined;
  const filter = redact(node.Filter ?? node['Join Filter'] ?? '');
  return {
    severity: 'warning',
    subject: nameOf(node),
    what: `Read ${whole(removed + kept)} rows to keep ${whole(kept)}: the rest was thrown away by ${filter}.`,
    next: 'Let the index have the columns of that condition too, or the condition as its WHERE (a partial index).',
    facts: { rule: 'filtered-rows', removed, kept, filter },
  };
};

const heapFetches: PlanRule = ({ node }) => {
  const fetches = node['Heap Fetches'] ?? 0;
  const rows = total(node, node['Actual Rows']);
  if (fetches < FILTERED_ROWS || fetches < rows / 2) return undefined;
  const relation = relationOf(node) ?? 'the table';
  return {
    severity: 'notice',
    subject: nameOf(node),
    what: `The index alone would do, yet ${percent(Math.min(1, fetches / Math.max(1, rows)))} of the rows were looked up in ${relation}: vacuum has not seen their pages since they changed.`,
    next: `VACUUM ${relation}; let autovacuum come earlier (autovacuum_vacuum_insert_scale_factor).`,
    facts: { rule: 'heap-fetches', fetches, rows },
  };
};

export const PLAN_RULES: readonly PlanRule[] = [
  sequentialScan,
  scanOfPartitions,
  misestimate,
  sortOnDisk,
  hashOnDisk,
  lossyBitmap,
  filteredRows,
  heapFetches,
];
