import { setTimeout as sleep } from 'node:timers/promises';
import { type Addresses, Person, Unexpected } from '../../demo/person.ts';
import type { Random } from '../random.ts';
import type { Acts } from './acts.ts';

const HISTORY = 200;
const CLIENT_ERROR = { from: 400, below: 500 };

export interface TrafficOptions {
  /** Where each call goes; it may name another replica each time. */
  readonly addresses: Addresses;
  readonly random: Random;
  readonly acts: Acts;
  /** How many act at the same time. */
  readonly actors: number;
}

/** People who sign up, write, comment, like and read, while things break around them. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #people: Person[] = [];
  readonly #posts: string[] = [];

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /** Acts until `until` aborts. */
  async run(until: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.actors }, () => this.#actor(until)));
  }

  async #actor(until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      const acted = await this.#attempt(() => this.#act());
      // Nobody hammers a service that has just refused or hung up.
      if (!acted) await sleep(20 + 80 * this.#options.random.next());
    }
  }

  async #act(): Promise<void> {
    const chance = this.#options.random.next();
    if (this.#people.length === 0 || chance < 0.1) await this.#signUp();
    else if (this.#posts.length === 0 || chance < 0.25) await this.#publish();
    else if (chance < 0.55) await this.#comment();
    else if (chance < 0.85) await this.#like();
    else await this.#read();
  }

  async #signUp(): Promise<void> {
    const { acts, addresses } = this.#options;
    const person = new Person(addresses, 'Visitor');
    await this.#counted('accounts', async () => {
      await person.signUp();
      acts.acknowledged.accounts.add(person.accountId);
    });
    await person.signIn();
    remember(this.#people, person);
  }

  async #publish(): Promise<void> {
    const person = this.#someone();
    const draft = await person.draft({ title: 'A post', content: 'Its text.', tags: ['chaos'] });
    await this.#counted('posts', async () => {
      await person.publish(draft);
      this.#options.acts.acknowledged.posts.add(draft);
    });
    remember(this.#posts, draft);
  }

  async #comment(): Promise<void> {
    const [person, postId] = [this.#someone(), this.#somePost()];
    await this.#counted('comments', async () => {
      this.#options.acts.acknowledged.comments.add(await person.comment(postId, 'A comment.'));
    });
  }

  async #like(): Promise<void> {
    const [person, postId] = [this.#someone(), this.#somePost()];
    await this.#counted('likes', async () => {
      await person.like(postId);
      this.#options.acts.acknowledged.likes.add(`${postId} ${person.accountId}`);
    });
  }

  async #read(): Promise<void> {
    await this.#someone().read(this.#somePost());
    this.#options.acts.reads += 1;
  }

  /** An act without an answer may have happened: it is neither missing nor too much. */
  async #counted(kind: keyof Acts['unanswered'], act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!wasRefused(error)) this.#options.acts.unanswered[kind] += 1;
      throw error;
    }
  }

  async #attempt(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (wasRefused(error)) this.#options.acts.refused += 1;
      return false;
    }
  }

  #someone(): Person {
    return this.#options.random.pick(this.#people);
  }

  #somePost(): string {
    return this.#options.random.pick(this.#posts);
  }
}

function remember<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > HISTORY) list.shift();
}

/** A 4xx says that nothing happened; a 5xx or silence says nothing. */
function wasRefused(error: unknown): boolean {
  if (!(error instanceof Unexpected) || error.status === undefined) return false;
  return error.status >= CLIENT_ERROR.from && error.status < CLIENT_ERROR.below;
}
