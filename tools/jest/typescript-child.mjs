// Lets a test start TypeScript sources as a process of its own, to be killed:
//   node --import <workspace>/tools/jest/typescript-child.mjs some.ts
// Same compilation and same `source` condition as in Jest.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

import { transformSync } from '@swc/core';

registerHooks({
  resolve(specifier, context, next) {
    const conditions = ['source', ...context.conditions];
    const fromSource = context.parentURL?.endsWith('.ts') && specifier.startsWith('.');
    const target = fromSource ? specifier.replace(/\.js$/, '.ts') : specifier;
    return next(target, { ...context, conditions });
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), {
      filename,
      jsc: {
        target: 'es2024',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        keepClassNames: true,
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
