import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { execa } from 'execa';

import {
  type Dockerfile,
  type Instruction,
  type Stage,
  expand,
  parseAssignments,
} from './dockerfile.ts';

/** A stage that was built: its file system is a folder. */
export interface BuiltStage {
  readonly root: string;
  /** Where its commands run, as the image sees it: `/trilith`. */
  workdir: string;
  readonly env: Record<string, string>;
  /** HEALTHCHECK, ENTRYPOINT, CMD, USER, …: what stood last counts. */
  readonly settings: Map<string, Instruction>;
}

export interface RehearsalOptions {
  readonly dockerfile: Dockerfile;
  /** The build context. */
  readonly context: string;
  /** An empty folder for the stages. */
  readonly scratch: string;
  readonly onStep: (command: string) => void;
}

type BuildArgs = Readonly<Record<string, string>>;

/**
 * Does what a Dockerfile says with folders in place of images: the very COPYs and RUNs, in order. It
 * finds a command that fails, a file that was left out and a package that is missing. It has no
 * walls: a command that uses absolute paths would reach the machine's own files, so it is refused.
 */
export class Rehearsal {
  readonly #options: RehearsalOptions;
  readonly #built = new Map<string, BuiltStage>();
  readonly #ignored: readonly string[];

  constructor(options: RehearsalOptions) {
    this.#options = options;
    const file = path.join(options.context, '.dockerignore');
    this.#ignored = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  }

  /** Builds a stage and those that it needs; what does not depend on the arguments, once. */
  async build(name: string, buildArgs: BuildArgs = {}): Promise<BuiltStage> {
    const key = this.#usesArguments(name) ? [name, ...Object.values(buildArgs)].join('-') : name;
    const done = this.#built.get(key);
    if (done) return done;
    const { from, instructions } = this.#definition(name);
    const stage = await this.#begin(path.join(this.#options.scratch, key), from, buildArgs);
    for (const instruction of instructions) await this.#follow(stage, instruction, buildArgs);
    this.#built.set(key, stage);
    return stage;
  }

  #definition(name: string): Stage {
    const stage = this.#options.dockerfile.stages.find((each) => each.name === name);
    if (!stage) throw new Error(`There is no stage ${name}.`);
    return stage;
  }

  #isStage(name: string): boolean {
    return this.#options.dockerfile.stages.some((stage) => stage.name === name);
  }

  #usesArguments(name: string): boolean {
    const { from, instructions } = this.#definition(name);
    const own = instructions.some(({ keyword }) => keyword === 'ARG');
    return own || (this.#isStage(from) && this.#usesArguments(from));
  }

  async #begin(root: string, from: string, buildArgs: BuildArgs): Promise<BuiltStage> {
    mkdirSync(root, { recursive: true });
    // An image from a registry stands for the machine's own node and shell.
    if (!this.#isStage(from)) return { root, workdir: '/', env: {}, settings: new Map() };
    const base = await this.build(from, buildArgs);
    await execa('cp', ['-a', `${base.root}/.`, root]);
    return { ...base, root, env: { ...base.env }, settings: new Map(base.settings) };
  }

  async #follow(stage: BuiltStage, instruction: Instruction, buildArgs: BuildArgs): Promise<void> {
    const text = expand(instruction.text, stage.env);
    switch (instruction.keyword) {
      case 'ARG':
        stage.env[text] = buildArgs[text] ?? '';
        break;
      case 'ENV':
        Object.assign(stage.env, parseAssignments(text));
        break;
      case 'WORKDIR':
        stage.workdir = path.posix.resolve(stage.workdir, text);
        mkdirSync(path.join(stage.root, stage.workdir), { recursive: true });
        break;
      case 'COPY':
        await this.#copy(stage, text, buildArgs);
        break;
      case 'RUN':
        await this.#run(stage, instruction.text);
        break;
      default:
        stage.settings.set(instruction.keyword, instruction);
    }
  }

  async #copy(stage: BuiltStage, text: string, buildArgs: BuildArgs): Promise<void> {
    const words = text.split(/\s+/);
    const from = /^--from=(.*)$/.exec(words[0] ?? '')?.[1];
    const sources = words.slice(from === undefined ? 0 : 1, -1);
    const source = from === undefined ? undefined : await this.build(from, buildArgs);
    const target = path.join(stage.root, path.posix.resolve(stage.workdir, words.at(-1) ?? '.'));
    for (const each of sources) {
      const found = path.join(source?.root ?? this.#options.context, each);
      const isFolder = statSync(found).isDirectory();
      cpSync(found, isFolder || sources.length === 1 ? target : path.join(target, each), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (file) => source !== undefined || !this.#isIgnored(file),
      });
    }
  }

  async #run(stage: BuiltStage, text: string): Promise<void> {
    const command = text.replace(/^(?:--mount=\S+\s+)*/, '');
    if (/(?:^|\s)\/\w/.test(command)) throw new Error(`RUN uses an absolute path: ${command}`);
    this.#options.onStep(expand(command, stage.env));
    await execa('sh', ['-c', command], {
      cwd: path.join(stage.root, stage.workdir),
      env: stage.env,
      all: true,
    });
  }

  #isIgnored(file: string): boolean {
    const parts = path.relative(this.#options.context, file).split(path.sep);
    return parts.some((_, index) => {
      const parent = parts.slice(0, index + 1).join('/');
      return this.#ignored.some((pattern) => path.matchesGlob(parent, pattern));
    });
  }
}
