/**
 * What can be run: the file, under Node 24, that does it; whether it needs stores; what it is, for
 * whoever asks before anything is installed. Each file's own `--help` tells more.
 */
export const COMMANDS = {
  start: {
    file: 'tools/platform/cli.ts',
    stores: true,
    summary: 'Builds, finds or starts the stores, and runs the three services until Ctrl-C.',
  },
  test: {
    file: 'tools/test/cli.ts',
    stores: true,
    summary: "Runs every project's tests on throw-away stores and sums them.",
  },
  demo: {
    file: 'tools/demo/cli.ts',
    stores: true,
    summary: 'Plays the main job against the platform, and says what was observed.',
  },
  chaos: {
    file: 'tools/chaos/cli.ts',
    stores: true,
    summary: 'Fault experiments: breaks things on purpose and counts what was lost.',
  },
  bench: {
    file: 'tools/bench/cli.ts',
    stores: true,
    summary: 'Side-by-side benchmarks against other packages and the bare drivers.',
  },
  stores: {
    file: 'tools/stores/cli.ts',
    stores: true,
    summary: 'The stores alone: up, status, down.',
  },
  seed: {
    file: 'tools/seed/cli.ts',
    stores: true,
    summary: 'Fills the stores at scale with accounts and what they did.',
  },
  migrate: {
    file: 'tools/platform/migrate.ts',
    stores: true,
    summary:
      "The migration runner, on the platform's own stores unless the environment names others.",
  },
  messages: {
    file: 'tools/platform/messages.ts',
    stores: true,
    summary: 'Groups, lag, dead letters: looks into the messages and sets things right.',
  },
  doctor: {
    file: 'tools/doctor/cli.ts',
    stores: true,
    summary: 'Looks at a store and says what ails it, and what to do next.',
  },
  check: {
    file: 'tools/check/cli.ts',
    args: ['check'],
    summary: 'Format, lint with types, compile, import boundaries, dead code.',
  },
  build: { file: 'tools/check/cli.ts', args: ['build'], summary: 'Compiles every project.' },
  format: { file: 'tools/check/cli.ts', args: ['format'], summary: 'Formats every file.' },
};

export function listCommands() {
  const names = Object.keys(COMMANDS);
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `  ${name.padEnd(width)}  ${COMMANDS[name].summary}`);
  return ['Usage: npm run <command> -- [options]', '', ...lines].join('\n');
}

export function describeCommand(name) {
  return [
    `Usage: npm run ${name} -- [options]`,
    '',
    COMMANDS[name].summary,
    '',
    'Nothing is installed yet. After "npm ci" this tells all options.',
  ].join('\n');
}
