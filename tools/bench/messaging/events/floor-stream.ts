/** Where the bare floor keeps a round's events. */
export function floorStream(prefix: string): string {
  return `${prefix}:events`;
}
