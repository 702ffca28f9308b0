/** The tag of what is cached and shows an author's names. */
export function authorTag(accountId: string): string {
  return `author:${accountId}`;
}
