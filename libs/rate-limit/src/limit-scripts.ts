import { readFileSync } from 'node:fs';

import { type Script, type ScriptArgument, defineScript } from '@trilith/redis';

import type { Algorithm } from './policy.js';

/** Takes as many keys as it is made for. */
export type LimitScript<Reply> = Script<readonly ScriptArgument[], Reply>;

/**
 * The scripts, each put together from the files that it needs: a call for one policy carries that
 * policy's algorithm alone, a call for several carries theirs, and each algorithm is written once.
 */
export class LimitScripts {
  private readonly made = new Map<string, LimitScript<unknown>>();

  /** @param clock the script's first part, `serverTime.lua`; another one only in tests */
  constructor(private readonly clock = read('serverTime')) {}

  /** Decides on checks that use these algorithms; the reply is as `decideChecks-N.lua` says. */
  decideChecks(algorithms: readonly Algorithm[]): LimitScript<readonly number[]> {
    const [only] = algorithms;
    const used =
      algorithms.length === 1 && only ? only : [...new Set(algorithms)].toSorted().join();
    return this.script(`decideChecks ${used}`, algorithms.length, () => [
      ...used.split(',').map(read),
      read('tellCheck'),
      read('decideChecks-N'),
    ]) as LimitScript<readonly number[]>;
  }

  /** Takes checks of one algorithm, each by itself; the reply is as `consumeEach-N.lua` says. */
  consumeEach(algorithm: Algorithm, checks: number): LimitScript<readonly (number | Error)[]> {
    return this.script(`consumeEach ${algorithm}`, checks, () => [
      read(algorithm),
      read('tellCheck'),
      read('consumeEach-N'),
    ]) as LimitScript<readonly (number | Error)[]>;
  }

  renewSlots(keys: number): LimitScript<number> {
    return this.script('renewSlots', keys, () => [read('renewSlots-N')]) as LimitScript<number>;
  }

  releaseSlots(keys: number): LimitScript<number> {
    return this.script('releaseSlots', keys, () => [read('releaseSlots-N')]) as LimitScript<number>;
  }

  private script(name: string, keys: number, parts: () => string[]): LimitScript<unknown> {
    const id = `${name} ${keys}`;
    const known = this.made.get(id);
    if (known) return known;
    const lua = [this.clock, ...parts()].join('\n');
    const script = defineScript<readonly ScriptArgument[], unknown>({
      name,
      lua,
      keys,
      parse: (reply) => reply,
    });
    this.made.set(id, script);
    return script;
  }
}

function read(file: string): string {
  return readFileSync(new URL(`./scripts/${file}.lua`, import.meta.url), 'utf8');
}
