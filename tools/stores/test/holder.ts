// A process that holds stores until it is told to let go, or is killed:
//   node holder.ts '{"workspace":"/tmp/x","lasting":false,"stores":["redis"]}'
import { once } from 'node:events';
import { holdStores } from '../client.ts';
import type { StoreName } from '../profile.ts';

const { workspace, lasting, stores } = JSON.parse(process.argv[2] ?? '{}') as {
  workspace: string;
  lasting: boolean;
  stores: StoreName[];
};

try {
  const held = await holdStores({
    profile: { name: lasting ? 'dev' : 'test', workspace, lasting },
    stores,
    holder: `holder ${process.pid}`,
  });
  held.lost.addEventListener('abort', () => {
    console.log(JSON.stringify({ lost: String(held.lost.reason) }));
  });
  console.log(JSON.stringify({ reports: held.reports, env: held.env }));
  await once(process.stdin, 'data');
  await held.release();
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
}
process.exit();
