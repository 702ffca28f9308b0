/**
 * Path and query as a key: the order of parameters does not matter, that of one parameter's values
 * does.
 *
 * @param parameters those that count. Default: all
 */
export function responseKey(url: string, parameters?: readonly string[]): string {
  const at = url.indexOf('?');
  if (at === -1) return url;
  const query = new URLSearchParams(url.slice(at + 1));
  if (parameters !== undefined) {
    for (const name of new Set(query.keys())) if (!parameters.includes(name)) query.delete(name);
  }
  query.sort();
  const text = query.toString();
  return text === '' ? url.slice(0, at) : `${url.slice(0, at)}?${text}`;
}
