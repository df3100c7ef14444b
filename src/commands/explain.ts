// `splitbrain explain`

import type { ExplainFlags } from '../workflows/explain.ts';
import type { CommandDefinition } from './command.ts';
import { fromFlag, htmlFlag, meshFlags, outputFlags, waitFlag } from './flags.ts';

export const explain: CommandDefinition<ExplainFlags> = {
  name: 'explain',
  takes: ['[conference]'],
  summary: 'what every proxy says of one conference now, why, who sits where, and what a heal would do',
  flags: [
    meshFlags,
    outputFlags,
    htmlFlag,
    fromFlag,
    waitFlag,
    (command) =>
      command
        .option('--like <glob>', 'the conferences whose names match, as in "acme/*"; explains where there is one')
        .option(
          '--history <dir>',
          'since when, from the reports that earlier runs kept there (default: `history.folder`)',
        )
        .option('--key <key>', 'the conference by its key, spelled as in reports')
        .option('--dump', 'read whole tables, which also show an entry that a table holds twice'),
  ],
  help: `
CONFERENCE is its key, its name, or the URL that somebody pasted. A URL becomes a key by Jitsi's rule (\`census.key\` is another one).
Each proxy is asked for this one entry: that is fast on a large mesh. All names are read only for --like, and for a name that no proxy has.
Changes nothing.

Examples:
  splitbrain explain acme/daily
  splitbrain explain 'https://meet.example/acme/Daily?jwt=x'
  splitbrain explain --like 'acme/*'

Exit codes: 0 one shard everywhere, or no proxy has it; 2 a disagreement; 3 not everything could be seen, or it is changing;
64 bad usage, or the name is that of several conferences.`,
  async start({ flags, words: [conference], ...call }) {
    const { explainCommand } = await import('../workflows/explain.ts');
    return explainCommand(conference, flags, call);
  },
};
