import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

const loader = path.resolve(import.meta.dirname, '../../../tools/jest/typescript-child.mjs');
const script = path.join(import.meta.dirname, 'close-blocking-reader.ts');

describe('a closed connection', () => {
  it('should not keep its process alive', async () => {
    const child = spawn(process.execPath, ['--import', loader, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));

    expect(await once(child, 'close')).toEqual([0, null]);
    expect(output).toBe('cut off');
  });
});
