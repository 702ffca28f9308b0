import type { Experiment } from '../experiment.ts';
import { verdict } from '../verdict.ts';
import type { ChaosDatabase, Counted } from './chaos-database.ts';
import { FILES, mongoFiles, postgresFiles } from './cold-start-files.ts';
import { fileName } from './migration-folder.ts';
import { onStage, type Stage } from './stage.ts';

const EDITED = 3;

/** Somebody edits what ran long ago, and adds a file. */
export const editedFile: Experiment = {
  area: 'migrations',
  name: 'edited-file',
  promise:
    'When an applied file was edited, nothing is applied: the runner names it, both checksums and the ' +
    'two ways out, each of which works. On both stores.',
  run: async (context) =>
    onStage(context, async (stage) => {
      const found = new Found();
      await stage.onPostgres(async (database) => {
        await play(stage, {
          database,
          files: postgresFiles(),
          extension: '.sql',
          remark: '--',
          found,
        });
      });
      await stage.onMongo(async (database) => {
        await play(stage, {
          database,
          files: mongoFiles(),
          extension: '.mjs',
          remark: '//',
          found,
        });
      });
      return judge(found);
    }),
};

class Found {
  refusals = 0;
  notNamed = 0;
  applied = 0;
  waysOutThatFailed = 0;
}

interface Play {
  readonly database: ChaosDatabase;
  readonly files: Readonly<Record<string, string>>;
  readonly extension: string;
  /** How a remark begins. */
  readonly remark: string;
  readonly found: Found;
}

async function play(
  stage: Stage,
  { database, files, extension, remark, found }: Play,
): Promise<void> {
  const edited = fileName(EDITED, 'step', extension);
  const last = fileName(FILES, 'step', extension);
  const original = files[edited] ?? '';
  const changed = `${original}${remark} changed\n`;
  const folder = stage.folder(files);
  const place = { database, folder };
  folder.remove(last);
  await stage.run(place);
  const before = await database.count();
  folder.write({ [edited]: changed, [last]: files[last] ?? '' });

  const outcome = await stage.run(place);
  if (!isSame(before, await database.count())) found.applied += 1;

  folder.write({ [edited]: original });
  if (!(await stage.run(place)).succeeded) found.waysOutThatFailed += 1;
  folder.write({ [edited]: changed });
  if ((await stage.run(place)).succeeded) found.applied += 1;
  await stage.run({ ...place, verb: { name: 'repair', versions: [EDITED] } });
  if (!(await stage.run(place)).succeeded) found.waysOutThatFailed += 1;
  const after = await database.count();
  if (after.effects.size !== FILES) found.waysOutThatFailed += 1;

  const said = outcome.succeeded ? '' : outcome.output;
  found.refusals += said.includes('modified after execution') ? 1 : 0;
  const named = [edited, checksumIn(before), checksumIn(after), 'restore the file', '"repair"'];
  found.notNamed += named.filter((text) => !said.includes(text)).length;
}

function checksumIn({ ledger }: Counted): string {
  return ledger.find(({ version }) => version === EDITED)?.checksum ?? 'no checksum';
}

function isSame(before: Counted, after: Counted): boolean {
  const text = ({ effects, ledger }: Counted) =>
    JSON.stringify([[...effects].toSorted(([a], [b]) => a - b), ledger]);
  return text(before) === text(after);
}

function judge({ refusals, notNamed, applied, waysOutThatFailed }: Found) {
  return verdict({
    figures: {
      'stores that refused': refusals,
      'stores that did not': 2 - refusals,
      'facts that the refusal does not name': notNamed,
      'runs that went on with an edited file': applied,
      'ways out that did not work': waysOutThatFailed,
    },
    none: [
      'stores that did not',
      'facts that the refusal does not name',
      'runs that went on with an edited file',
      'ways out that did not work',
    ],
    some: ['stores that refused'],
  });
}
