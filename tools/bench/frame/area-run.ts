import colors from 'picocolors';
import { Progress } from '../../terminal/progress.ts';
import { table } from '../../terminal/table.ts';
import type { Area, BenchCase, BenchContext } from './benchmark.ts';
import { compare, type Measured, roundsOf } from './comparison.ts';
import {
  type CaseRounds,
  caseRoundsOf,
  type Finding,
  findingsOf,
  writeFindings,
  writeRounds,
} from './findings.ts';
import { caseRows, CASE_HEAD } from './rows.ts';

export interface AreaRunOptions {
  readonly rounds: number;
  /** Only cases whose title contains it. What is only a part of an area is not written to its file. */
  readonly title?: string;
  /** Nothing is drawn. */
  readonly json: boolean;
}

/** One run through an area's cases. A case that fails does not keep the others from running. */
export class AreaRun {
  readonly findings: Finding[] = [];
  failures = 0;
  readonly #rounds: CaseRounds[] = [];
  readonly #progress = new Progress();
  readonly #area: Area;
  readonly #options: AreaRunOptions;

  constructor(area: Area, options: AreaRunOptions) {
    this.#area = area;
    this.#options = options;
  }

  async play(context: BenchContext): Promise<void> {
    const { title = '' } = this.#options;
    const cases = (await this.#area.cases(context)).filter((one) => one.title.includes(title));
    for (const benchCase of cases) {
      try {
        await this.#playCase(benchCase, context);
      } catch (error) {
        context.signal.throwIfAborted();
        this.#fail(benchCase, error);
      }
    }
    this.#progress.end();
    if (title !== '') return;
    writeFindings(this.#area.name, this.findings);
    writeRounds(this.#area.name, this.#rounds);
  }

  async #playCase(benchCase: BenchCase, { signal }: BenchContext): Promise<void> {
    const { rounds, json } = this.#options;
    const steps = roundsOf(benchCase, rounds);
    if (!json) this.#progress.begin(`${this.#area.name}: ${benchCase.title}`, steps);
    const onRound = () => json || this.#progress.step();
    const measured = await compare(benchCase, { rounds, signal, onRound });
    this.#progress.end();
    this.#keep(benchCase, measured);
  }

  #keep(benchCase: BenchCase, measured: readonly Measured[]): void {
    const findings = findingsOf(this.#area.name, benchCase, measured);
    const rounds = caseRoundsOf(benchCase, measured);
    this.findings.push(...findings);
    this.#rounds.push(rounds);
    if (this.#options.json) return;
    console.log(`\n${colors.bold(benchCase.title)}, ${benchCase.unit}`);
    console.log(table(CASE_HEAD, caseRows(rounds, findings)));
    for (const { name, differs } of benchCase.peers) console.log(colors.dim(`${name}: ${differs}`));
  }

  #fail({ title }: BenchCase, error: unknown): void {
    this.failures += 1;
    this.#progress.end();
    const reason = error instanceof Error ? error.message : String(error);
    console.error(colors.red(`${this.#area.name}: ${title}: FAILED: ${reason}`));
  }
}
