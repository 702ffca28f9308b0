import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migratedTemplate } from './postgres.template.js';
import { storeUrl } from './store-urls.js';

describe('migratedTemplate', () => {
  const url = storeUrl('DATABASE_URL');
  let directory: string;
  let admins: pg.Client[];
  const templates = new Set<string>();
  const clones: string[] = [];

  const write = (name: string, sql: string) => writeFileSync(path.join(directory, name), sql);
  const admin = async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    admins.push(client);
    return client;
  };
  const make = async () => {
    const template = await migratedTemplate({ admin: await admin(), url, directory });
    templates.add(template);
    return template;
  };
  const clone = async (template: string) => {
    const name = `test_${randomUUID().replaceAll('-', '')}`;
    await (await admin()).query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    clones.push(name);
    return name;
  };

  beforeEach(() => {
    admins = [];
    directory = mkdtempSync(path.join(tmpdir(), 'template-'));
    // Unlike any other test's, so that the template is not there yet.
    write('0001_a.sql', `CREATE TABLE a (); COMMENT ON TABLE a IS '${randomUUID()}';`);
  });

  afterEach(async () => {
    rmSync(directory, { recursive: true });
    const janitor = await admin();
    for (const name of [...clones.splice(0), ...templates]) {
      await janitor.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
    templates.clear();
    await Promise.all(admins.map(async (client) => client.end()));
  });

  it('is made once, however many ask for it at the same time, and all can clone it', async () => {
    const named = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const template = await make();
        await clone(template);
        return template;
      }),
    );
    expect(new Set(named).size).toBe(1);
    expect(clones).toHaveLength(8);
  });

  it('is another one after a migration was added or changed', async () => {
    const before = await make();
    expect(await make()).toBe(before);
    write('0002_b.sql', 'CREATE TABLE b ();');
    const added = await make();
    write('0002_b.sql', 'CREATE TABLE c ();');
    const changed = await make();
    expect(new Set([before, added, changed]).size).toBe(3);
  });

  it('leaves nothing that could be taken for a template when a migration fails', async () => {
    write('0002_b.sql', 'CREATE TABLE b (); nonsense;');
    await expect(make()).rejects.toThrow('0002_b.sql:1:20: syntax error');
    write('0002_b.sql', 'CREATE TABLE b ();');
    await expect(make()).resolves.toMatch(/^template_/);
  });
});
