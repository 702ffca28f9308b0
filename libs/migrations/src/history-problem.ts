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
  /** The ledger knows a version that has no file. */
  | { readonly kind: 'missing_file'; readonly version: number; readonly name: string }
  /** The file's text is no longer the one that was run. */
  | {
      readonly kind: 'modified';
      readonly fileName: string;
      readonly recordedName: string;
      readonly recorded: string;
      readonly found: string;
    }
  /** The store cannot run this file as it is. */
  | { readonly kind: 'unsupported'; readonly fileName: string; readonly reason: string };

type ProblemKind = HistoryProblem['kind'];

/** Problems that a run may go on with when it is told to; the others leave no safe way on. */
export const TOLERABLE_PROBLEMS = [
  'missing_file',
  'out_of_order',
  'gap',
] as const satisfies ProblemKind[];
export type TolerableProblem = (typeof TOLERABLE_PROBLEMS)[number];

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
    `${labelOf(problem)} was applied, but its file is missing; restore it from version control`,
  modified: ({ fileName, recordedName, recorded, found }) =>
    `${fileName} was modified after execution: ` +
    `executed as ${recordedName} with checksum ${recorded}, now ${found}; ` +
    'restore the file from version control and put the change into a new migration or, ' +
    'if both do the same, set the checksum in the ledger to the new one',
  unsupported: ({ fileName, reason }) => `${fileName}: ${reason}`,
};

/** One sentence that names the file or version and says how to put it right. */
export function describeProblem(problem: HistoryProblem): string {
  // The type of the entry follows from the kind, which the compiler cannot see through an index.
  const sentence = sentences[problem.kind] as (problem: HistoryProblem) => string;
  return sentence(problem);
}
