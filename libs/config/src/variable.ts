import { z } from 'zod';

/** A variable's schema: text or nothing in, `Value` out. `.optional()` and `.default(value)` chain. */
export type Variable<Value> = z.ZodType<Value, string | undefined>;

/** How one variable's text is read. */
export interface VariableDefinition<Value> {
  /** Completes "takes …" in the line about a mistake: `a whole number from 0 to 65535`. */
  takes: string;
  /** Gives the value, or undefined when the text is not acceptable. */
  parse: (text: string) => Value | undefined;
  /** The value of an unset variable. Without it the variable is required. */
  default?: Value | undefined;
  /** True keeps the text out of the line about a mistake, and its outer spaces in it. Default false. */
  secret?: boolean;
}

/** Builds a kind of variable; those of `variables.ts` are made with it. */
export function variable<Value>(definition: VariableDefinition<Value>): Variable<Value> {
  const { takes, parse, secret = false } = definition;
  const mistake = `takes ${takes}`;
  const required = z.string({ error: mistake }).transform((text, context): Value => {
    const value = parse(secret ? text : text.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: mistake, params: { secret } });
    return z.NEVER;
  });
  const schema: z.ZodType = required;
  return (
    definition.default === undefined ? schema : schema.default(definition.default)
  ) as Variable<Value>;
}
