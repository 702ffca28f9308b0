import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closingLine, removeReports, reportFile, summarise } from './summary.ts';

describe('the sum over all projects', () => {
  let workspace: string;
  beforeEach(() => {
    workspace = mkdtempSync(path.join(tmpdir(), 'trilith-spec-'));
    mkdirSync(path.join(workspace, '.reports/jest'), { recursive: true });
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  function report(project: string, counts: unknown): void {
    const text = typeof counts === 'string' ? counts : JSON.stringify(counts);
    writeFileSync(reportFile(workspace, project), text);
  }

  it('adds up what each has counted', () => {
    report('users', { passed: 10, failed: 1, skipped: 0 });
    report('locks', { passed: 5, failed: 2, skipped: 3 });
    const sum = summarise(workspace, { projects: ['users', 'locks'], runnerStatus: 1 });
    expect(sum).toEqual({ passed: 15, failed: 3, skipped: 3, mistakes: [] });
    expect(closingLine(sum)).toBe('15 passed, 3 failed, 3 skipped');
  });

  it('leaves out projects that were not to run', () => {
    report('users', { passed: 10, failed: 0, skipped: 0 });
    report('locks', { passed: 5, failed: 2, skipped: 0 });
    const sum = summarise(workspace, { projects: ['users'], runnerStatus: 0 });
    expect(closingLine(sum)).toBe('10 passed, 0 failed');
  });

  it.each([
    ['is missing', undefined],
    ['was cut off', '{"passed": 3'],
    ['has no counts', { passed: 3 }],
  ])('counts a project whose report %s as a failure, and names it', (_case, content) => {
    report('users', { passed: 10, failed: 0, skipped: 0 });
    if (content !== undefined) report('locks', content);
    const sum = summarise(workspace, { projects: ['users', 'locks'], runnerStatus: 0 });
    expect(closingLine(sum)).toBe('10 passed, 1 failed');
    expect(sum.mistakes).toEqual([expect.stringMatching(/^locks: /)]);
  });

  it('fails when the runner did although every test passed', () => {
    report('users', { passed: 10, failed: 0, skipped: 0 });
    const sum = summarise(workspace, { projects: ['users'], runnerStatus: 3 });
    expect(closingLine(sum)).toBe('10 passed, 1 failed');
    expect(sum.mistakes).toEqual([expect.stringContaining('status 3')]);
  });

  it('fails when no test ran', () => {
    const sum = summarise(workspace, { projects: [], runnerStatus: 0 });
    expect(closingLine(sum)).toBe('0 passed, 1 failed');
  });

  it('does not take an earlier run for this one', () => {
    report('users', { passed: 10, failed: 0, skipped: 0 });
    removeReports(workspace, ['users', 'never-ran']);
    expect(existsSync(reportFile(workspace, 'users'))).toBe(false);
  });
});
