import colors from 'picocolors';
import { table } from '../terminal/table.ts';
import type { Filled, FillReport, SeededAccount } from './filler.ts';

const HEAD = ['', 'added', 'there before', 'seconds', 'rows/s'];

/** Tells what was done: a table for people, or JSON. */
export function printReports(reports: readonly FillReport[], { json = false }): void {
  if (json) {
    console.log(JSON.stringify(reports, null, 2));
    return;
  }
  console.log(
    table(
      HEAD,
      reports.flatMap(({ filled }) => filled.map(row)),
    ),
  );
  for (const { until, accounts = [] } of reports) {
    console.log(`\nThere is data up to ${until.toISOString().slice(0, 10)}.`);
    for (const account of accounts) console.log(signIn(account));
  }
}

function row({ what, added, there, seconds }: Filled): string[] {
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const rate = added > 0 ? count(added / seconds) : '';
  return [what, count(added), count(there), seconds.toFixed(1), rate];
}

function signIn({ login, role, password }: SeededAccount): string {
  const secret = password === undefined ? 'the password of an earlier run' : `"${password}"`;
  return `Sign in as the ${role} ${colors.bold(login)} with ${secret}.`;
}
