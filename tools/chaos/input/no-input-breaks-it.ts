import { type Addresses, Person } from '../../demo/person.ts';
import { startPlatform } from '../../platform/platform.ts';
import { SERVICE_NAMES } from '../../platform/services.ts';
import { scratchProfile } from '../../stores/profile.ts';
import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { type Answer, WRITE_KEY, hangUp, send, sendBytes } from './answers.ts';
import { type Operation, operationsOf } from './api-description.ts';
import { type Attack, attacksOn, goodRequest } from './attacks.ts';
import { WITHOUT_LIMITS } from '../without-limits.ts';
import { HOSTILE_BYTES } from './hostile-values.ts';

const AT_ONCE = 16;
const MOST_SHOWN = 20;

/** What an answer must never hold: stacks, and the stores' own words. */
const INSIDES =
  /node_modules|\bat \S+ \(|\.[jt]s:\d+|QueryFailedError|MongoServerError|E11000|ECONNREFUSED|SELECT .* FROM|violates/;

/**
 * Every route that the services describe is sent what nobody should send: in paths, queries,
 * headers, bodies and each field of a body, and bytes that are no HTTP. New routes are attacked
 * as soon as they are in the OpenAPI document.
 */
export const noInputBreaksIt: Experiment = {
  area: 'input',
  name: 'no-input-breaks-it',
  promise:
    'Whatever is sent to any route is answered, below 500, by a problem where it is refused, ' +
    'without a word from the inside, and no service logs an error.',
  run: async (context) => {
    const errors: string[] = [];
    const platform = await startPlatform({
      profile: scratchProfile('chaos'),
      ports: 'free',
      env: {
        ...WITHOUT_LIMITS,
        EVENT_WRITE_KEYS: WRITE_KEY,
        LOG_FORMAT: 'json',
        LOG_LEVEL: 'error',
      },
      signal: context.signal,
      onProgress: context.say,
      onLine: (label, line) => errors.push(`${label}: ${line}`),
    });
    try {
      const tally = await attackAll(platform.addresses, context);
      for (const line of errors.slice(0, MOST_SHOWN)) context.say(`logged: ${line}`);
      return tally.finding(errors.length);
    } finally {
      hangUp();
      await platform.stop();
    }
  },
};

async function attackAll(addresses: Addresses, context: ExperimentContext): Promise<Tally> {
  const tally = new Tally(context.say);
  const person = new Person(addresses, 'Mallory');
  await person.signUp();
  await person.signIn();
  const postId = await person.draft({ title: 'A post', content: 'Its text.', tags: [] });
  await person.publish(postId);
  const knownIds = { users: person.accountId, content: postId, analytics: postId };
  for (const service of SERVICE_NAMES) {
    const url = addresses[service];
    const operations = await operationsOf(url, knownIds[service]);
    context.say(`${service}: ${operations.length} routes`);
    for (const operation of operations) {
      const attacks = attacksOn(operation);
      tally.tried(operation, await send(url, goodRequest(operation), person.token));
      await inParallel(attacks, async (attack) => {
        context.signal.throwIfAborted();
        tally.judge(attack, await send(url, attack, person.token));
      });
    }
    for (const bytes of HOSTILE_BYTES) {
      tally.judge({ method: 'bytes', target: JSON.stringify(bytes) }, await sendBytes(url, bytes));
    }
  }
  // After all that, the services still do what they are for.
  await new Person(addresses, 'Ada').signUp();
  return tally;
}

async function inParallel<T>(items: Iterator<T>, work: (item: T) => Promise<void>): Promise<void> {
  const worker = async () => {
    for (let next = items.next(); !next.done; next = items.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

type Outcome = 'accepted' | 'refused' | 'failed' | 'unanswered' | 'not a problem' | 'told';

class Tally {
  #routes = 0;
  #goodRefused = 0;
  readonly #counts: Record<Outcome, number> = {
    accepted: 0,
    refused: 0,
    failed: 0,
    unanswered: 0,
    'not a problem': 0,
    told: 0,
  };
  #shown = 0;
  readonly #say: (text: string) => void;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** A route whose good request is not understood would hide behind that refusal. */
  tried(operation: Operation, { status, body }: Answer): void {
    this.#routes += 1;
    // Unlike a rule's refusal, one of the form names what is wrong in the request.
    if (status !== 400 || !body.includes('"errors":[')) return;
    this.#goodRefused += 1;
    this.#say(
      `${operation.method} ${operation.path} refuses a good request: ${body.slice(0, 300)}`,
    );
  }

  judge(attack: Attack, answer: Answer): void {
    const { status, type, body } = answer;
    if (status === 0) this.#found('unanswered', attack, answer);
    else if (status >= 500) this.#found('failed', attack, answer);
    else if (status < 400) this.#counts.accepted += 1;
    else if (attack.method !== 'HEAD' && !isProblem(answer))
      this.#found('not a problem', attack, answer);
    else this.#counts.refused += 1;
    if (type.includes('json') && INSIDES.test(body)) this.#found('told', attack, answer);
  }

  finding(logged: number): Finding {
    const { accepted, refused, failed, unanswered, told } = this.#counts;
    const bad = failed + unanswered + told + this.#counts['not a problem'] + logged;
    return {
      held: this.#routes > 0 && this.#goodRefused === 0 && refused > 0 && bad === 0,
      figures: {
        routes: this.#routes,
        'routes that refuse a good request': this.#goodRefused,
        accepted,
        'refused (4xx)': refused,
        'failed (5xx)': failed,
        unanswered,
        'refused without a problem': this.#counts['not a problem'],
        'told of the inside': told,
        'lines of errors logged': logged,
      },
    };
  }

  #found(what: Outcome, { method, target, body, authorization }: Attack, answer: Answer) {
    this.#counts[what] += 1;
    this.#shown += 1;
    if (this.#shown > MOST_SHOWN) return;
    const sent = `${method} ${target.slice(0, 200)} ${authorization ?? ''} ${String(body ?? '').slice(0, 200)}`;
    this.#say(`${what}: ${sent}\n  → ${answer.status} ${answer.type} ${answer.body.slice(0, 300)}`);
  }
}

function isProblem({ status, type, body }: Answer): boolean {
  if (!type.startsWith('application/problem+json')) return false;
  const problem = JSON.parse(body) as { status?: unknown; code?: unknown };
  return problem.status === status && typeof problem.code === 'string';
}
