// One start of one runner: `node run-once.ts <module> <action> <input>`. Prints what it did and how long
// that took, from opening to closing; what loading took is for the parent to see.
import type { OpenRunner, RunnerInput } from './runners/runner.ts';

const [, , module = '', action = '', input = '{}'] = process.argv;
const { default: open } = (await import(module)) as { default: OpenRunner };

const begunAt = performance.now();
const runner = await open(JSON.parse(input) as RunnerInput);
const count = await (action === 'up' ? runner.up() : runner.status());
await runner.close();
const workedMs = performance.now() - begunAt;

process.stdout.write(JSON.stringify({ count, workedMs }));
