import { inspect } from 'node:util';
import colors from 'picocolors';

import type { DeadLetter, DeadLetters } from '../admin/dead-letters.js';
import type { GroupName } from '../admin/group-name.js';
import { jsonCodec } from '../transport/payload-codec.js';
import { type CommonOptions, withAdmin } from './admin-session.js';
import { codecsOfModule } from './codec-module.js';
import { ExitCode, UsageError } from './exit-code.js';
import { knownGroup } from './known-group.js';
import { type Terminal, oneLine, writeJson, writeLine, writeTable } from './terminal.js';

export interface ListOptions extends CommonOptions {
  readonly count: number;
  readonly after?: string;
}

export interface ShowOptions extends CommonOptions {
  /** A module that exports the codec of the payload. */
  readonly codec?: string;
}

export interface ChoiceOptions extends CommonOptions {
  /** All letters, or all of a topic, in place of some by their ids. */
  readonly all?: boolean;
  readonly topic?: string;
}

const HEAD = ['letter', 'died at', 'topic', 'key', 'attempts', 'error'];
const READ_TOGETHER = 500;
const WHOLE = { depth: null, maxArrayLength: null, maxStringLength: null };

/** `dead list`: what a group could not handle, oldest first. */
export async function listLetters(
  terminal: Terminal,
  name: GroupName,
  options: ListOptions,
): Promise<ExitCode> {
  const letters = await withLetters(terminal, name, options, async (dead) => dead.list(options));
  if (options.json) writeJson(terminal, { letters });
  else if (letters.length === 0) writeLine(terminal.out, `${name.group} has no dead letters.`);
  else {
    writeTable(terminal, HEAD, letters.map(row));
    if (letters.length === options.count) {
      writeLine(terminal.out, colors.dim(`There may be more: --after ${letters.at(-1)?.letterId}`));
    }
  }
  return ExitCode.done;
}

/** `dead show`: all that is known of one. */
export async function showLetter(
  terminal: Terminal,
  name: GroupName & { readonly letterId: string },
  { codec, ...options }: ShowOptions,
): Promise<ExitCode> {
  const { letterId } = name;
  requireLetterIds([letterId]);
  const codecs = codec === undefined ? [] : await codecsOfModule(codec);
  const found = await withLetters(terminal, name, { ...options, codecs }, async (dead) => {
    const letter = await dead.get(letterId);
    return letter && { letter, shown: readable(letter, dead) };
  });
  if (found === undefined) throw new UsageError(`${name.group} has no dead letter ${letterId}.`);
  if (options.json) writeJson(terminal, found.letter);
  else for (const line of describe(found)) writeLine(terminal.out, line);
  return ExitCode.done;
}

/** `dead replay`: lets the group try again. */
export async function replayLetters(
  terminal: Terminal,
  name: GroupName & { readonly letterIds: readonly string[] },
  options: ChoiceOptions,
): Promise<ExitCode> {
  const { asked, done } = await withLetters(terminal, name, options, async (dead) => {
    const ids = await chosen(dead, name.letterIds, options);
    return { asked: ids, done: await dead.replay(ids) };
  });
  return report(terminal, { asked, done, verb: 'replayed', json: options.json ?? false });
}

/** `dead discard`: forgets letters, with a reason. */
export async function discardLetters(
  terminal: Terminal,
  name: GroupName & { readonly letterIds: readonly string[] },
  options: ChoiceOptions & { readonly reason: string },
): Promise<ExitCode> {
  const { asked, done } = await withLetters(terminal, name, options, async (dead) => {
    const ids = await chosen(dead, name.letterIds, options);
    return { asked: ids, done: await dead.discard(ids, options.reason) };
  });
  return report(terminal, { asked, done, verb: 'discarded', json: options.json ?? false });
}

/** `dead discarded`: what people decided to forget, and why. */
export async function listDiscarded(
  terminal: Terminal,
  name: GroupName,
  options: ListOptions,
): Promise<ExitCode> {
  const letters = await withLetters(terminal, name, options, async (dead) =>
    dead.discarded(options),
  );
  if (options.json) writeJson(terminal, { letters });
  else {
    const rows = letters.map((letter) => [
      letter.letterId,
      letter.discardedAt.toISOString(),
      oneLine(letter.topic),
      oneLine(letter.key, 40),
      oneLine(letter.reason),
    ]);
    writeTable(terminal, ['letter', 'discarded at', 'topic', 'key', 'reason'], rows);
  }
  return ExitCode.done;
}

function withLetters<T>(
  terminal: Terminal,
  name: GroupName,
  options: CommonOptions,
  work: (letters: DeadLetters) => Promise<T>,
): Promise<T> {
  return withAdmin(terminal, options, async (admin) => {
    await knownGroup(admin, name);
    return work(admin.deadLetters(name));
  });
}

async function chosen(
  dead: DeadLetters,
  letterIds: readonly string[],
  { all = false, topic }: ChoiceOptions,
): Promise<readonly string[]> {
  if (all === letterIds.length > 0) throw new UsageError('Name letters, or say --all.');
  requireLetterIds(letterIds);
  if (!all) return letterIds;
  // Those that are there now: letters that die meanwhile are not touched.
  const ids: string[] = [];
  for (let after: string | undefined; ;) {
    const page = await dead.list({ count: READ_TOGETHER, ...(after !== undefined && { after }) });
    const wanted = page.filter((letter) => topic === undefined || letter.topic === topic);
    ids.push(...wanted.map(({ letterId }) => letterId));
    after = page.at(-1)?.letterId;
    if (page.length < READ_TOGETHER) return ids;
  }
}

function requireLetterIds(letterIds: readonly string[]): void {
  const wrong = letterIds.find((id) => !/^\d{1,20}-\d{1,20}$/.test(id));
  if (wrong === undefined) return;
  throw new UsageError(`${oneLine(wrong)} is no letter's id, which looks like 1700000000000-0.`);
}

interface Done {
  readonly asked: readonly string[];
  readonly done: readonly string[];
  readonly verb: string;
  readonly json: boolean;
}

function report(terminal: Terminal, { asked, done, verb, json }: Done): ExitCode {
  const missing = asked.filter((id) => !done.includes(id));
  if (json) writeJson(terminal, { [verb]: done, missing });
  else {
    writeLine(terminal.out, `${done.length} ${verb}.`);
    for (const id of missing) writeLine(terminal.err, `${id} is no longer there.`);
  }
  return missing.length === 0 ? ExitCode.done : ExitCode.failed;
}

function row({ letterId, diedAt, topic, key, attempts, error }: DeadLetter): (string | number)[] {
  const why = `${error.code}: ${error.message}`;
  return [letterId, diedAt.toISOString(), oneLine(topic), oneLine(key, 40), attempts, oneLine(why)];
}

interface ShownPayload {
  readonly title: string;
  readonly text: string;
}

function describe({ letter, shown }: { letter: DeadLetter; shown: ShownPayload }): string[] {
  const { error, payload: _shown, headers, diedAt, ...rest } = letter;
  const facts = { ...rest, diedAt: diedAt.toISOString(), error: `${error.code}: ${error.message}` };
  return [
    ...Object.entries(facts).map(
      ([name, value]) => `${colors.dim(name.padEnd(9))} ${oneLine(String(value), 1_000)}`,
    ),
    colors.dim('headers'),
    ...indented(pretty(headers)),
    colors.dim(shown.title),
    ...indented(shown.text),
    colors.dim('stack'),
    ...indented(error.stack),
  ];
}

/** A payload for people: decoded where that can be, else why not and what is there. */
function readable(letter: DeadLetter, dead: DeadLetters): ShownPayload {
  const { codec, payload } = letter;
  if (codec === jsonCodec.name) return { title: 'payload', text: pretty(payload) };
  try {
    return { title: `payload of ${codec}`, text: inspect(dead.decode(letter), WHOLE) };
  } catch (error) {
    return { title: `payload as it is: ${oneLine(String(error), 1_000)}`, text: payload };
  }
}

/** As JSON for people; escapes keep it from steering the terminal. */
function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${line.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ')}`);
}
