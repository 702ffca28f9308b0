import type { Node } from 'libpg-query';

/** The names of options in parentheses or of words that count as such: `full`, `concurrently`. */
export function definitionNames(options: readonly Node[] | undefined): string[] {
  return (options ?? []).flatMap((node) =>
    'DefElem' in node && !isOff(node.DefElem.arg) ? [node.DefElem.defname ?? ''] : [],
  );
}

function isOff(value: Node | undefined): boolean {
  if (value === undefined) return false;
  if ('Boolean' in value) return value.Boolean.boolval !== true;
  return 'String' in value && ['off', 'false', '0'].includes(value.String.sval ?? '');
}
