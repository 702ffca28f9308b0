import pc from 'picocolors';
import { labelOf } from '../migration-file.js';
import type { LedgerEntry } from '../migration-store.js';
import type { LedgerReport } from '../operations/ledger.operations.js';
import type { Outcome } from './command.js';
import { ExitCode } from './exit-code.js';

/** How the ledger was changed, each version before and after. */
export function ledgerOutcome({ store, changes }: LedgerReport, address: string): Outcome {
  const count = changes.length === 0 ? 'nothing to change' : `${changes.length} changed`;
  return {
    lines: [
      ...changes.flatMap((change) => [
        labelOf(change),
        `  ${pc.dim('before:')} ${describe(change.before)}`,
        `  ${pc.dim('after: ')} ${describe(change.after)}`,
      ]),
      `${pc.green('✓')} ${store} ${pc.dim(address)}: ${count} in the ledger`,
    ],
    json: {
      store,
      address,
      changes: changes.map(({ before, after, ...migration }) => ({
        migration: labelOf(migration),
        before: before ?? null,
        after: after ?? null,
      })),
    },
    exitCode: ExitCode.done,
  };
}

function describe(entry: LedgerEntry | undefined): string {
  if (entry === undefined) return 'not there';
  const { state, checksum, executedBy, breaking } = entry;
  return `${state}${breaking ? ', breaking' : ''}, checksum ${checksum}, by ${executedBy}`;
}
