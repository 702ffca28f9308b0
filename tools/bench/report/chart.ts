import type { CaseRounds } from '../frame/findings.ts';
import { figure } from '../frame/rows.ts';

const WIDTH = 720;
const LABELS = 250;
const VALUES = 90;
const ROW = 26;
const TOP = 34;
const BAR = 14;
const OURS = '#2f6f4f';
const PEER = '#9aa5b1';
const INK = '#57606a';

/** A bar for each contestant, as long as its median, with a line for the range of its rounds. */
export function chart({ case: title, unit, better, contestants }: CaseRounds): string {
  const most = Math.max(...contestants.map(({ spread }) => spread.most));
  const scale = (value: number) => ((WIDTH - LABELS - VALUES) * value) / most;
  const height = TOP + contestants.length * ROW + 8;
  const rows = contestants.map(({ name, spread }, index) => {
    const middle = TOP + index * ROW + ROW / 2;
    const [least, end] = [LABELS + scale(spread.least), LABELS + scale(spread.most)];
    return [
      text(LABELS - 10, middle + 4, name, 'end'),
      `<rect x="${LABELS}" y="${middle - BAR / 2}" width="${round(scale(spread.median))}" height="${BAR}" rx="2" fill="${index === 0 ? OURS : PEER}"/>`,
      `<path d="M${round(least)} ${middle}H${round(end)}" stroke="${INK}" stroke-width="1.5"/>`,
      text(round(end) + 8, middle + 4, figure(spread.median), 'start'),
    ].join('\n  ');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="${INK}" role="img">`,
    `  <title>${escaped(title)}</title>`,
    `  ${text(0, 16, `${title} (${unit}, ${better === 'higher' ? 'longer' : 'shorter'} is better)`, 'start')}`,
    ...rows.map((row) => `  ${row}`),
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, content: string, anchor: 'start' | 'end'): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
