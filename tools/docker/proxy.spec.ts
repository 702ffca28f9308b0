import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';

const workspace = path.resolve(import.meta.dirname, '../..');
const configuration = readFileSync(path.join(workspace, 'docker/proxy/nginx.conf'), 'utf8');

/** `/v1/posts` → `content`. */
const locations = new Map(
  [
    ...configuration.matchAll(/location (?:= )?(\/\S+)\s+\{ (?:[^}]*; )?proxy_pass \$(\w+); \}/g),
  ].map(([, location = '', upstream]) => [location, upstream]),
);

/** The routes that controllers declare, with the service that has them. */
const routes = globSync('apps/*/src/**/*.controller.ts', { cwd: workspace }).flatMap((file) => {
  const source = readFileSync(path.join(workspace, file), 'utf8');
  const paths = [...source.matchAll(/@Controller\('([^']+)'\)/g)].map(([, route]) => `/${route}`);
  return paths.map((route) => ({ route, service: file.split(path.sep)[1] }));
});

describe('docker/proxy/nginx.conf', () => {
  it('should know the routes that there are', () => {
    expect(routes.map(({ service }) => service)).toEqual(
      expect.arrayContaining(['users', 'content', 'analytics']),
    );
  });

  it.each(routes)('should send $route to $service', ({ route, service }) => {
    const longest = [...locations.keys()]
      .filter((location) => route.startsWith(location))
      .toSorted((a, b) => b.length - a.length)[0];

    expect(locations.get(longest ?? '')).toBe(service);
  });

  it('should show nothing of how the services are doing', () => {
    expect(configuration).not.toMatch(/location[^{]*\/(metrics|health\/)/);
  });
});
