import { randomBytes } from 'node:crypto';

/** Where the three services answer, without a trailing slash. */
export interface Addresses {
  users: string;
  content: string;
  analytics: string;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Thrown when a service answers otherwise than the story tells; the message says how. */
export class Unexpected extends Error {
  /** What the service answered with, if the story failed on an answer. */
  readonly status?: number;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

const CALL_TIMEOUT_MS = 15_000;

/** One HTTP call to a public route, as any client would make it. */
export async function call(
  method: string,
  url: string,
  { token, json }: { token?: string; json?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: json === undefined ? undefined : JSON.stringify(json),
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}

/** Makes a call and insists on its status. */
export async function expectCall(
  status: number,
  method: string,
  url: string,
  options: { token?: string; json?: unknown } = {},
): Promise<Record<string, unknown>> {
  const answer = await call(method, url, options);
  if (answer.status === status) return answer.body;
  throw new Unexpected(
    `${method} ${url} answered ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`,
    answer.status,
  );
}

/** Somebody with an account, who acts through the public routes alone. */
export class Person {
  readonly username: string;
  readonly email: string;
  readonly displayName: string;
  readonly #password = randomBytes(12).toString('base64url');
  readonly #addresses: Addresses;
  #accountId = '';
  #token = '';

  constructor(addresses: Addresses, displayName: string) {
    this.#addresses = addresses;
    this.displayName = displayName;
    this.username = `${displayName.toLowerCase()}_${randomBytes(5).toString('hex')}`;
    this.email = `${this.username}@example.org`;
  }

  get accountId(): string {
    return this.#accountId;
  }

  /** The access token, once signed in. */
  get token(): string {
    return this.#token;
  }

  async signUp(): Promise<void> {
    const account = await expectCall(201, 'POST', `${this.#addresses.users}/v1/accounts`, {
      json: {
        email: this.email,
        username: this.username,
        password: this.#password,
        displayName: this.displayName,
      },
    });
    this.#accountId = String(account.id);
  }

  async signIn(): Promise<void> {
    const session = await expectCall(201, 'POST', `${this.#addresses.users}/v1/sessions`, {
      json: { login: this.username, password: this.#password },
    });
    this.#token = String(session.accessToken);
  }

  async rename(displayName: string): Promise<void> {
    await expectCall(200, 'PATCH', `${this.#addresses.users}/v1/accounts/me`, {
      token: this.#token,
      json: { displayName },
    });
  }

  async draft(post: { title: string; content: string; tags: string[] }): Promise<string> {
    const draft = await this.#write(201, '/v1/posts', post);
    return String(draft.id);
  }

  async publish(postId: string): Promise<void> {
    await this.#write(200, `/v1/posts/${postId}/publish`);
  }

  async comment(postId: string, text: string): Promise<string> {
    const comment = await this.#write(201, `/v1/posts/${postId}/comments`, { text });
    return String(comment.id);
  }

  async like(postId: string): Promise<void> {
    await this.#write(200, `/v1/posts/${postId}/likes`);
  }

  /** Reads a post and insists on the status (404 for what this person may not see). */
  async read(postId: string, status = 200): Promise<Record<string, unknown>> {
    return expectCall(status, 'GET', `${this.#addresses.content}/v1/posts/${postId}`, {
      token: this.#token,
    });
  }

  async #write(status: number, path: string, json?: unknown): Promise<Record<string, unknown>> {
    return expectCall(status, 'POST', `${this.#addresses.content}${path}`, {
      token: this.#token,
      json,
    });
  }
}
