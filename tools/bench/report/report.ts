import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { WORKSPACE } from '../../stores/profile.ts';
import { Failure } from '../../terminal/failure.ts';
import { readFindings, readRounds } from '../frame/findings.ts';
import { chart } from './chart.ts';
import { type AreaResults, page } from './page.ts';

const PAGE = 'docs/benchmarks.md';
const IMAGES = 'docs/images';

/**
 * Draws the page from the findings of all areas that were measured; what it says of others stays.
 * Returns the files it wrote.
 *
 * @throws Failure when nothing was measured yet.
 */
export async function writeReport(workspace = WORKSPACE): Promise<string[]> {
  const areas: AreaResults[] = [...readFindings()].map(([area, findings]) => ({
    area,
    findings,
    rounds: readRounds(area),
  }));
  if (areas.length === 0) throw new Failure('Nothing was measured yet: npm run bench');
  const charts = areas.flatMap(({ area, rounds }) =>
    rounds.map((round, index) => [`${IMAGES}/${imageName(area, index)}`, chart(round)] as const),
  );
  const pageFile = path.join(workspace, PAGE);
  const before = existsSync(pageFile) ? readFileSync(pageFile, 'utf8') : '';
  const files = new Map([
    [PAGE, page(areas, (area, index) => `images/${imageName(area, index)}`, before)],
    ...charts,
  ]);
  mkdirSync(path.join(workspace, IMAGES), { recursive: true });
  for (const [file, content] of files) writeFileSync(path.join(workspace, file), content);
  await execa('oxfmt', [PAGE], { cwd: workspace });
  return [...files.keys()];
}

function imageName(area: string, index: number): string {
  return `bench-${area}-${index + 1}.svg`;
}
