import { execa } from 'execa';

/** One thing that must hold, and the command whose exit status tells. */
export interface Step {
  readonly title: string;
  readonly command: readonly [program: string, ...args: string[]];
}

const COPY_ASSETS: Step = {
  title: 'scripts and queries beside the code',
  command: ['node', 'tools/build/copy-assets.mjs'],
};

/** What each of the commands does, in this order. */
export const STEPS = {
  check: [
    { title: 'format', command: ['oxfmt', '--check'] },
    { title: 'compile', command: ['tsc', '-b'] },
    COPY_ASSETS,
    // After the compiler: tests are in no tsconfig.json that names the condition `source`, so their
    // types of other projects come from `dist`.
    { title: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
    { title: 'compile tests', command: ['tsc', '-p', 'tsconfig.test.json'] },
    { title: 'compile tools', command: ['tsc', '-p', 'tools/tsconfig.json'] },
    {
      title: 'import boundaries',
      command: ['depcruise', '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'tools'],
    },
    { title: 'dead code', command: ['knip'] },
    // Whether the schema that is checked in is theirs is for the tests, which have databases.
    { title: 'migrations', command: ['node', 'libs/migrations/dist/cli.js', 'lint'] },
  ],
  build: [{ title: 'compile', command: ['tsc', '-b'] }, COPY_ASSETS],
  format: [{ title: 'format', command: ['oxfmt'] }],
} as const satisfies Record<string, readonly Step[]>;

export interface Outcome {
  readonly ok: boolean;
  readonly seconds: number;
  /** Standard output and error, as they came. */
  readonly output: string;
}

/** Runs a step. It throws for nothing: a command that is missing is a step that failed. */
export async function runStep({ command }: Step, cwd: string): Promise<Outcome> {
  const started = performance.now();
  const [program, ...args] = command;
  const { failed, all, shortMessage } = await execa(program, args, {
    cwd,
    all: true,
    reject: false,
  });
  const seconds = (performance.now() - started) / 1_000;
  return { ok: !failed, seconds, output: failed ? all || String(shortMessage) : '' };
}
