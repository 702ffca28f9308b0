import { queryCheck } from '../check.ts';

interface Row {
  readonly role: string;
}

export const privileges = queryCheck<Row>({
  name: 'privileges',
  title: 'whether this role sees what others do',
  sql: new URL('privileges.sql', import.meta.url),
  read: ({ role }) => ({
    severity: 'notice',
    subject: `role ${role}`,
    what: 'It is told of its own sessions and statements alone: others may wait, sleep or be slow unseen.',
    next: `GRANT pg_monitor TO ${role}.`,
    facts: { role },
  }),
});
