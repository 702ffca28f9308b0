import type { z } from 'zod';
import { ConfigError } from './config.error.js';

/** An object that is read-only all the way down. */
export type Frozen<Value> = Value extends (...args: never[]) => unknown
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
    : Value;

/** Where variables come from: `process.env` or a plain object. An empty string counts as unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment by a schema and gives one deep-frozen object.
 *
 * @param schema an object of variables, usually with a `.transform` to nested camelCase fields
 * @throws {ConfigError} with all mistakes at once, one line each
 */
export function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: Environment = process.env,
): Frozen<z.output<Schema>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, text]) => text !== ''));
  const result = schema.safeParse(given);
  if (!result.success) throw new ConfigError(describeMistakes(result.error.issues, given));
  return deepFreeze(result.data) as Frozen<z.output<Schema>>;
}

function describeMistakes(issues: readonly z.core.$ZodIssue[], env: Environment): string[] {
  const byVariable = new Map<string, string>();
  for (const issue of issues) {
    const name = issue.path.length === 0 ? 'environment' : String(issue.path[0]);
    if (!byVariable.has(name)) byVariable.set(name, describeMistake(name, issue, env[name]));
  }
  return [...byVariable.values()];
}

function describeMistake(name: string, issue: z.core.$ZodIssue, text: string | undefined): string {
  if (issue.path.length === 0) return `${name}: ${issue.message}`;
  const secret = isSecret(name) || (issue.code === 'custom' && issue.params?.['secret'] === true);
  return `${name}: got ${show(text, secret)}; ${oneLine(issue.message)}`;
}

const SECRET_NAMES = /(?:SECRET|PASSWORD|PASSPHRASE|TOKEN|KEY|CREDENTIAL)S?$/;

function isSecret(name: string): boolean {
  return SECRET_NAMES.test(name);
}

const LONGEST_SHOWN = 120;

function show(text: string | undefined, secret: boolean): string {
  if (text === undefined) return 'nothing';
  if (secret) return `a value of ${text.length} characters (not shown)`;
  const shown = withoutPasswords(text);
  return JSON.stringify(shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}…` : shown);
}

/** `redis://user:secret@host` → `redis://user:***@host`, also inside a text that is no valid URL. */
function withoutPasswords(text: string): string {
  return text
    .replace(/(\/\/[^/@:]*:)[^]*@/g, '$1***@')
    .replace(/([?&][^=&]*pass[^=&]*=)[^&]*/gi, '$1***');
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}

function deepFreeze(value: unknown): unknown {
  if (!isPlain(value) || Object.isFrozen(value)) return value;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
  return value;
}

/** Only what a schema made is frozen: an instance (a URL, a key) belongs to its class. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
