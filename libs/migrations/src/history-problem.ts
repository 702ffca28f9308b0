import { FILE_NAME_FORM, formatVersion, labelOf } from './migration-file.js';

/** Something about files and ledger that keeps a run from starting. Versions are numbers. */
export type HistoryProblem =
  /** The name has not the form `NNNN_name`. */
  | { readonly kind: 'bad_name'; readonly fileName: string }
  /** Two files carry one version. */
  | { readonly kind: 'duplicate_version'; readonly version: number; readonly fileNames: string[] }
  /** No file and no ledger entry has this version, but later files exist. */
  | { readonly kind: 'gap'; readonly version: number; readonly before: string }
  /** A file that was never applied is older than one that was. */
  | { readonly kind: 'out_of_order'; readonly fileName: string; readonly applied: string }
  /** The ledger knows a version that has no file, applied or not finished. */
  | { readonly kind: 'missing_file'; readonly version: number; readonly name: string }
  /** The file's text is no longer the one that was run. */
  | {
      readonly kind: 'modified';
      readonly fileName: string;
      readonly recordedName: string;
      readonly recorded: string;
      readonly found: string;
    }
  /** `down` was cut off: what is left is neither before nor after the migration. */
  | { readonly kind: 'half_reverted'; readonly version: number; readonly name: string }
  /** Begun and not finished, and edited since in what was done. */
  | { readonly kind: 'modified_half_way'; readonly fileName: string; readonly done: number }
  /** The store cannot run this file as it is. */
  | { readonly kind: 'unsupported'; readonly fileName: string; readonly reason: string };

type ProblemKind = HistoryProblem['kind'];

/**
 * What a run may do about a problem: `refuse` to start, go on and `warn`, or go on and `ignore` it. A
 * run goes on
 * - after `missing_file`: the older release works on a store that is ahead of it;
 * - after `out_of_order`: the late file is run late;
 * - after `gap`: the number is skipped;
 * - after `duplicate_version`: the file that the ledger knows counts or, if it knows none of them, the
 *   first by name; the others are not run.
 *
 * The other problems leave no safe way on.
 */
export type ProblemPolicy = 'refuse' | 'warn' | 'ignore';
export const PROBLEM_POLICIES = ['refuse', 'warn', 'ignore'] as const satisfies ProblemPolicy[];

/** Problems for which there is a choice. */
export const PROBLEMS_WITH_POLICY = [
  'missing_file',
  'out_of_order',
  'gap',
  'duplicate_version',
] as const satisfies ProblemKind[];
export type ProblemWithPolicy = (typeof PROBLEMS_WITH_POLICY)[number];

/** What to do about each; `refuse` where nothing is said. */
export type ProblemPolicies = { readonly [Kind in ProblemWithPolicy]?: ProblemPolicy };

type Problem<Kind extends ProblemKind> = Extract<HistoryProblem, { kind: Kind }>;

const sentences: { readonly [Kind in ProblemKind]: (problem: Problem<Kind>) => string } = {
  bad_name: ({ fileName }) => `${fileName}: not a migration's name, which is ${FILE_NAME_FORM}`,
  duplicate_version: ({ version, fileNames }) =>
    `version ${formatVersion(version)} exists twice: ${fileNames.join(', ')}; ` +
    'give the newer one the next free number',
  gap: ({ version, before }) =>
    `version ${formatVersion(version)} is missing before ${before}; ` +
    'versions follow each other without gaps',
  out_of_order: ({ fileName, applied }) =>
    `${fileName} was never applied, but the later ${applied} was; give it the next free number`,
  missing_file: (problem) =>
    `${labelOf(problem)} is in the ledger, but its file is missing; restore it from version control`,
  modified: ({ fileName, recordedName, recorded, found }) =>
    `${fileName} was modified after execution: ` +
    `executed as ${recordedName} with checksum ${recorded}, now ${found}; ` +
    'restore the file from version control and put the change into a new migration or, ' +
    'if both do the same, record the new checksum on purpose by "repair"',
  half_reverted: (problem) =>
    `${labelOf(problem)} was being reverted and is half-way; finish that by "down", or settle it by ` +
    '"repair"',
  modified_half_way: ({ fileName, done }) =>
    `${fileName} was begun, and what was done of it (${done} statements) was modified since; ` +
    'restore that part, or settle it by "repair"',
  unsupported: ({ fileName, reason }) => `${fileName}: ${reason}`,
};

/** One sentence that names the file or version and says how to put it right. */
export function describeProblem(problem: HistoryProblem): string {
  // The type of the entry follows from the kind, which the compiler cannot see through an index.
  const sentence = sentences[problem.kind] as (problem: HistoryProblem) => string;
  return sentence(problem);
}
