import { type Variable, variable } from '@trilith/config';

const ADDRESS = String.raw`[^\s<>@"(),:;\\[\]]+@[^\s<>@"(),:;\\[\]]+`;
const MAILBOX = new RegExp(String.raw`^(?:[^\p{Cc}<>"@,;:]+ <${ADDRESS}>|${ADDRESS})$`, 'u');

/** A variable that says from whom mails are: an address, with a name before it or without. */
export function mailbox(fallback: string): Variable<string> {
  return variable({
    takes: 'an address such as no-reply@example.org or Trilith <no-reply@example.org>',
    parse: (text) => (MAILBOX.test(text) ? text : undefined),
    default: fallback,
  });
}
