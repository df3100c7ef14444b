// `splitbrain compare`

import type { CompareFlags } from '../session/compare-flags.ts';
import type { CommandDefinition } from './command.ts';
import { afterFlag, beforeFlag, htmlFlag, meshFlags, outputFlags } from './flags.ts';

export const compare: CommandDefinition<CompareFlags> = {
  name: 'compare',
  takes: ['[before]', '[after]'],
  summary: 'two snapshots against each other: conferences that changed shard, are gone, or are new',
  flags: [
    (command) => command.option('--live', 'the mesh as it is now as AFTER'),
    beforeFlag,
    afterFlag,
    meshFlags,
    outputFlags,
    htmlFlag,
  ],
  help: `
BEFORE and AFTER are folders that \`snapshot\` made, or the predecessor's with haproxy-table-nodes-PROXY files. AFTER can be the live mesh: --live.
A side of several folders, each a part of the mesh, is written with more --before DIR and --after DIR.
The table is the one of the snapshots; the mesh flags name the live mesh.

Examples:
  splitbrain compare before-recycle/ after-recycle/
  splitbrain compare before-recycle/ --live -c stage.yaml
  splitbrain compare --before west-1/ --before east-1/ --after west-2/ --after east-2/

Exit codes: 0 no conference changed shard and none was lost; 2 one did, or AFTER itself disagrees; 3 a side is incomplete, or nothing could be compared;
64 the sides are no pair (the same look twice, another table or environment, AFTER older than BEFORE); 1 as for report`,
  async start({ flags, words: [before, after], ...call }) {
    const { compareCommand } = await import('../workflows/compare.ts');
    return compareCommand({ before, after }, flags, call);
  },
};
