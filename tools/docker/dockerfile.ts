/** One instruction, its line breaks removed: `RUN`, `npm ci`. */
export interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

/** What one FROM begins. */
export interface Stage {
  readonly name: string;
  /** The image, or the name of a stage above. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** Those before the first FROM. */
  readonly defaults: readonly Instruction[];
  readonly stages: readonly Stage[];
}

/** Reads a Dockerfile as far as ours go: no here-documents, no ONBUILD. */
export function parseDockerfile(text: string): Dockerfile {
  const instructions = parseInstructions(text);
  const first = instructions.findIndex(({ keyword }) => keyword === 'FROM');
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructions.slice(first)) {
    if (instruction.keyword === 'FROM') stages.push(parseFrom(instruction.text));
    else stages.at(-1)?.instructions.push(instruction);
  }
  return { defaults: instructions.slice(0, first), stages };
}

/** `${APP}` and `$APP` by their values; what is not known stays as it is. */
export function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced: string, bare: string) => {
    return variables[braced ?? bare] ?? whole;
  });
}

/** `NAME=value OTHER="a value"` */
export function parseAssignments(text: string): Record<string, string> {
  const assignments = text.matchAll(/(\w+)=(?:"([^"]*)"|(\S*))/g);
  return Object.fromEntries(
    [...assignments].map(([, name, quoted, bare]) => [name, quoted ?? bare]),
  );
}

/** The words of `["node", "main.js"]`. A command in shell form is refused: signals end at its shell. */
export function parseExecForm({ keyword, text }: Instruction): string[] {
  const list = /\[.*\]$/s.exec(text)?.[0];
  if (list === undefined) throw new Error(`${keyword} is not in exec form: ${text}`);
  return JSON.parse(list) as string[];
}

function parseInstructions(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  const joined = lines.join('\n').replace(/\s*\\\n\s*/g, ' ');
  return joined.split('\n').map((line) => {
    const [, keyword = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    return { keyword: keyword.toUpperCase(), text: rest };
  });
}

function parseFrom(text: string) {
  const [, from = '', name = ''] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text) ?? [];
  return { name, from, instructions: [] };
}
