import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeJson } from '../../stores/json-file.ts';
import { WORKSPACE } from '../../stores/profile.ts';
import type { BenchCase } from './benchmark.ts';
import type { Measured } from './comparison.ts';
import { type Spread, spreadOf, timesBetter } from './statistics.ts';

/** Ours beside one peer, as `.reports/bench/<area>.json` has it. */
export interface Finding {
  readonly area: string;
  readonly case: string;
  /** Medians, in `unit`. */
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  readonly unit: string;
  /** How many times better ours is. */
  readonly ratio: number;
  readonly better: 'higher' | 'lower';
  /** What `ratio` should be at least; null when nobody said. */
  readonly target: number | null;
  readonly met: boolean | null;
}

/** What the findings of one case were drawn from, for the report: `.reports/bench/rounds/<area>.json`. */
export interface CaseRounds {
  readonly case: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly contestants: readonly {
    readonly name: string;
    readonly spread: Spread;
    readonly rounds: number;
    /** See `Peer.differs`; ours has none. */
    readonly differs?: string;
  }[];
}

export function findingsOf(
  area: string,
  { title, unit, better, peers }: BenchCase,
  [ours, ...measured]: readonly Measured[],
): Finding[] {
  const oursMedian = rounded(spreadOf(ours?.figures ?? []).median);
  return peers.map(({ name, target = null }, index) => {
    const peer = rounded(spreadOf(measured[index]?.figures ?? []).median);
    const ratio = rounded(timesBetter({ ours: oursMedian, peer }, better));
    const met = target === null ? null : ratio >= target;
    const facts = { area, case: title, ours: oursMedian, peer, peerName: name, unit };
    return { ...facts, ratio, better, target, met };
  });
}

export function caseRoundsOf(
  { title, unit, better, peers }: BenchCase,
  measured: readonly Measured[],
): CaseRounds {
  const contestants = measured.map(({ name, figures }, index) => ({
    name,
    spread: spreadOf(figures),
    rounds: figures.length,
    differs: peers[index - 1]?.differs,
  }));
  return { case: title, unit, better, contestants };
}

const FOLDER = path.join(WORKSPACE, '.reports/bench');

export function writeFindings(area: string, findings: readonly Finding[]): void {
  writeJson(path.join(FOLDER, `${area}.json`), findings);
}

export function writeRounds(area: string, rounds: readonly CaseRounds[]): void {
  writeJson(path.join(FOLDER, 'rounds', `${area}.json`), rounds);
}

/** The findings of all areas that were measured, by area. */
export function readFindings(): Map<string, readonly Finding[]> {
  return new Map(
    areasMeasured().map((area) => [
      area,
      readJson<readonly Finding[]>(path.join(FOLDER, `${area}.json`), []),
    ]),
  );
}

export function readRounds(area: string): readonly CaseRounds[] {
  return readJson<readonly CaseRounds[]>(path.join(FOLDER, 'rounds', `${area}.json`), []);
}

function areasMeasured(): string[] {
  mkdirSync(FOLDER, { recursive: true });
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));
  return files.map((file) => path.basename(file, '.json')).toSorted();
}

/** Three figures tell all that a noisy machine can. */
function rounded(figure: number): number {
  return Number(figure.toPrecision(figure >= 1_000 ? 4 : 3));
}
