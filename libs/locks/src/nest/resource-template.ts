/** Names the resource of a call by its arguments. */
export type ResourceOf = (args: readonly unknown[]) => string;

/**
 * Reads a name such as `post:{id}` or `post:{0.id}`: in braces stands an argument, by its name in
 * the method's list or by its position from 0, and behind dots a path into it.
 *
 * @throws {TypeError} when a name is no plain argument of the method: at the decorator, not at a call.
 */
export function resourceTemplate(
  template: string,
  method: (...args: never[]) => unknown,
): ResourceOf {
  // Text and placeholders in turn.
  const parts = template.split(/\{([^{}]*)\}/);
  const names = parts.some((_, index) => index % 2 === 1) ? argumentNames(method) : [];
  const readers = parts.map((part, index) =>
    index % 2 === 0 ? () => part : placeholder(part, { names, template }),
  );
  return (args) => readers.map((read) => read(args)).join('');
}

function placeholder(
  text: string,
  { names, template }: { names: readonly (string | undefined)[]; template: string },
): ResourceOf {
  const [first = '', ...path] = text.split('.');
  const position = /^\d+$/.test(first) ? Number(first) : names.indexOf(first);
  if (position < 0 || first === '') {
    const known = names.filter((name) => name !== undefined).join(', ') || 'none by name';
    throw new TypeError(`resource: got ${template}; takes arguments of the method (${known})`);
  }
  return (args) => {
    let value = args[position];
    for (const step of path) value = (value as Record<string, unknown> | null | undefined)?.[step];
    if (['string', 'number', 'bigint', 'boolean'].includes(typeof value)) return String(value);
    // All that have no name would lock the same.
    throw new TypeError(`resource: ${template} got ${typeof value} for {${text}}; takes a text`);
  };
}

/** As they are written; undefined for one that is taken apart. */
function argumentNames(method: (...args: never[]) => unknown): (string | undefined)[] {
  const source = Function.prototype.toString.call(method);
  const list = source.slice(source.indexOf('(') + 1);
  return splitArguments(list).map(
    (argument) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*/u.exec(argument)?.[0],
  );
}

/** Up to the bracket that closes the list; commas in brackets and texts separate nothing. */
function splitArguments(list: string): string[] {
  const found = [''];
  let depth = 0;
  let quote = '';
  for (const character of list) {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (`'"\``.includes(character)) quote = character;
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    if (depth < 0) break;
    if (character === ',' && depth === 0 && quote === '') found.push('');
    else found.push(`${found.pop() ?? ''}${character}`);
  }
  return found.map((argument) => argument.trim()).filter((argument) => argument !== '');
}
