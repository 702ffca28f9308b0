import colors from 'picocolors';
import { table } from '../terminal/table.ts';
import { bySeverity, type Examination, type Finding, type Severity } from './finding.ts';

const PAINT: Record<Severity, (text: string) => string> = {
  critical: (text) => colors.red(colors.bold(text)),
  warning: colors.yellow,
  notice: colors.cyan,
};

/** A line for each check: whether it looked, and how much it found. */
export function examinationsTable(examinations: readonly Examination[]): string {
  return table(
    ['check', 'what is looked at', 'found'],
    examinations.map(({ check, title, unknown, findings }) => [
      check,
      title,
      unknown === undefined ? countOf(findings) : `could not look: ${unknown}`,
    ]),
  );
}

/** What was found, the worst first, each with what to do next. */
export function findingsList(findings: readonly Finding[]): string {
  return bySeverity(findings)
    .map(({ severity, subject, what, next }) =>
      [
        `${PAINT[severity](severity)}  ${colors.bold(subject)}`,
        `  ${what}`,
        `  Next: ${next}`,
      ].join('\n'),
    )
    .join('\n');
}

function countOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'nothing';
  const severities = bySeverity(findings).map(({ severity }) => severity);
  return [...new Set(severities)]
    .map((severity) => `${severities.filter((one) => one === severity).length} ${severity}`)
    .join(', ');
}
