import type { CaseRounds, Finding } from '../frame/findings.ts';
import { figure, times } from '../frame/rows.ts';

/** What is known of one area. */
export interface AreaResults {
  readonly area: string;
  readonly findings: readonly Finding[];
  /** Empty where only the findings are there: then nothing can be drawn. */
  readonly rounds: readonly CaseRounds[];
}

/** Where a case's chart lies, seen from the page. */
export type ChartPath = (area: string, caseIndex: number) => string;

const INTRODUCTION = `# Benchmarks

Drawn by \`npm run bench -- report\` from the last runs of \`npm run bench\`. Each case lets ours and its
peers do the same work on the same stores in turn, and checks what came of it before a time counts.
Machines are noisy: read the ratios, not the figures. A bar is the median of the rounds, the thin
line their range; "ours is" says how many times better ours was than the peer.
`;

/**
 * The page with a section for each area, by name.
 * @param before as it was: the sections of areas that were not measured here stay
 */
export function page(areas: readonly AreaResults[], chartPath: ChartPath, before = ''): string {
  const sections = new Map(sectionsOf(before));
  for (const area of areas) sections.set(area.area, section(area, chartPath));
  const sorted = [...sections].toSorted(([a], [b]) => a.localeCompare(b));
  return [INTRODUCTION, ...sorted.map(([, text]) => `${text.trimEnd()}\n`)].join('\n');
}

function sectionsOf(text: string): [area: string, section: string][] {
  const [, ...sections] = text.split(/^(?=## )/m);
  return sections.map((each) => [each.slice('## '.length, each.indexOf('\n')).trim(), each]);
}

function section({ area, findings, rounds }: AreaResults, chartPath: ChartPath): string {
  const missed = findings.filter(({ met }) => met === false).length;
  const judged = findings.filter(({ met }) => met !== null).length;
  const cases = Map.groupBy(findings, (finding) => finding.case);
  const parts = [...cases].map(([title, ofCase]) => {
    const index = rounds.findIndex((one) => one.case === title);
    return caseText(title, ofCase, {
      rounds: rounds[index],
      image: index < 0 ? undefined : chartPath(area, index),
    });
  });
  return [
    `## ${area}\n`,
    `Targets: ${judged - missed} met, ${missed === 0 ? 'none' : `**${missed}**`} missed.\n`,
    ...parts,
  ].join('\n');
}

function caseText(
  title: string,
  findings: readonly Finding[],
  { rounds, image }: { rounds?: CaseRounds; image?: string },
): string {
  const rows = findings.map(({ peerName, ours, peer, ratio, target, met }) => {
    const judged = met === null ? '' : met ? 'met' : '**missed**';
    const least = target === null ? '' : `≥ ${times(target)}`;
    return `| ${peerName} | ${figure(ours)} | ${figure(peer)} | ${times(ratio)} | ${least} | ${judged} |`;
  });
  const notes = (rounds?.contestants ?? []).flatMap(({ name, differs }) =>
    differs === undefined ? [] : [`- **${name}**: ${differs}.`],
  );
  const played = rounds?.contestants[0]?.rounds;
  return [
    `### ${title}\n`,
    ...(image === undefined ? [] : [`![${title}](${image})\n`]),
    `In ${findings[0]?.unit ?? ''}${played === undefined ? '' : `; ${played} rounds each`}.\n`,
    '| peer | ours | peer | ours is | target | |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...rows,
    '',
    ...(notes.length > 0 ? ['What a peer does more or less:\n', ...notes, ''] : []),
  ].join('\n');
}
