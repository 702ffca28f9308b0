/** `{ '--port': 1, '--quiet': true }` as a command line takes it. Undefined leaves an option out. */
export function commandLine(
  options: Readonly<Record<string, string | number | true | undefined>>,
): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return value === true ? [name] : [name, String(value)];
  });
}
