import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@trilith/config';
import { z } from 'zod';

import { mailbox } from './mailbox.js';

const read = (text: string) => loadConfig(z.object({ IT: mailbox('a@b.org') }), { IT: text }).IT;

describe('the sender of mails', () => {
  it.each(['us@example.org', 'Trilith <us@example.org>', 'Ärzte & Co. <us@localhost>'])(
    'may be %s',
    (text) => {
      expect(read(text)).toBe(text);
    },
  );

  it.each([
    'us',
    'us@',
    'a@b.org, c@d.org',
    'Us <a@b.org> <c@d.org>',
    'Us <a@b.org>\r\nBcc: c@d.org',
    'Us\u0000 <a@b.org>',
    '<a@b.org>',
  ])('must not be %j', (text) => {
    expect(() => read(text)).toThrow(/IT: got .* takes an address such as/);
  });
});
