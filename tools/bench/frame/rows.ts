import colors from 'picocolors';
import type { CaseRounds, Finding } from './findings.ts';

export const CASE_HEAD = ['', 'median', 'range', 'ours is', 'target', ''];

/** A line for each contestant, for the terminal. */
export function caseRows({ contestants }: CaseRounds, findings: readonly Finding[]): string[][] {
  return contestants.map(({ name, spread }, index) => {
    const figures = [
      name,
      figure(spread.median),
      `${figure(spread.least)} – ${figure(spread.most)}`,
    ];
    const finding = findings[index - 1];
    return finding ? [...figures, ...verdict(finding)] : [...figures, '', '', ''];
  });
}

function verdict({ ratio, target, met }: Finding): string[] {
  const judged = met ? colors.green('met') : colors.red('missed');
  return [times(ratio), target === null ? '' : `≥ ${times(target)}`, met === null ? '' : judged];
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)} ×`;
}

/** With separators from a thousand up, with decimals below a hundred. */
export function figure(value: number): string {
  const digits = value < 10 ? 2 : Number(value < 100);
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
