import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';

import { call, newPerson, signedIn, type Stores } from './users-app.js';

/** Signs an admin up and in. */
export async function signedInAdmin(app: NestFastifyApplication, stores: Stores) {
  const person = newPerson();
  const { id } = await signedIn(app, person);
  await stores.database.query(`UPDATE accounts SET role = 'admin' WHERE id = $1`, [id]);
  const { username: login, password } = person;
  const session = await call(app, 'POST', '/v1/sessions', { json: { login, password } });
  return { ...person, id, token: String(session.body.accessToken) };
}

export interface ImportState {
  readonly id: string;
  readonly state: string;
  readonly offset: number;
  readonly rows: { received: number; waiting: number; imported: number; refused: number };
}

/** An admin's view of imports in one replica. */
export class Importer {
  constructor(
    private readonly app: NestFastifyApplication,
    private readonly token: string,
  ) {}

  async begin(json: { format: 'csv' | 'ndjson'; allowAdmins?: boolean }): Promise<string> {
    const { status, body } = await call(this.app, 'POST', '/v1/imports', {
      json,
      token: this.token,
    });
    if (status !== 201) throw new Error(`begun with ${status}: ${JSON.stringify(body)}`);
    return String(body.id);
  }

  async send(
    id: string,
    payload: string | Buffer,
    { offset = 0, last = true, type = 'text/csv' } = {},
  ) {
    const response = await this.app.inject({
      method: 'PATCH',
      url: `/v1/imports/${id}`,
      headers: {
        authorization: `Bearer ${this.token}`,
        'content-type': type,
        'upload-offset': String(offset),
        ...(last && { 'upload-complete': '?1' }),
      },
      payload,
    });
    return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
  }

  async state(id: string): Promise<ImportState> {
    const { body } = await call(this.app, 'GET', `/v1/imports/${id}`, { token: this.token });
    return body as unknown as ImportState;
  }

  async ended(id: string): Promise<ImportState> {
    return eventually(async () => {
      const current = await this.state(id);
      if (current.state !== 'done') throw new Error(`still ${current.state}`);
      return current;
    });
  }

  async refusals(id: string): Promise<[row: number, field: string | null, reason: string][]> {
    const { body } = await call(this.app, 'GET', `/v1/imports/${id}/refusals?limit=1000`, {
      token: this.token,
    });
    const { items } = body as { items: { row: number; field: string | null; reason: string }[] };
    return items.map(({ row, field, reason }) => [row, field, reason]);
  }

  /** Sends a file as a whole and waits for its end. */
  async import(format: 'csv' | 'ndjson', file: string | Buffer, allowAdmins = false) {
    const id = await this.begin({ format, allowAdmins });
    const type = format === 'csv' ? 'text/csv' : 'application/x-ndjson';
    const sent = await this.send(id, file, { type });
    if (sent.status !== 200)
      throw new Error(`sent with ${sent.status}: ${JSON.stringify(sent.body)}`);
    return { ...(await this.ended(id)), refusals: await this.refusals(id) };
  }
}

/** The first row of a CSV file that {@link csv} makes. */
export const HEADER = 'email,username,displayName\n';
export const csv = (...rows: string[]) => HEADER + rows.map((row) => `${row}\n`).join('');
export const ndjson = (...rows: unknown[]) =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');
/** What a row needs, of a person nobody has met yet. */
export const person = () => {
  const { password: _, ...fields } = newPerson();
  return fields;
};
export const asRow = ({ email, username, displayName }: ReturnType<typeof person>) =>
  `${email},${username},${displayName}`;
