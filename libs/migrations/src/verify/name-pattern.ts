/** What `--ignore` takes: a name in which `*` stands for any text. */
export function namePattern(glob: string): RegExp {
  return new RegExp(`^${glob.split('*').map(literally).join('.*')}$`);
}

function literally(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
