// `splitbrain schema`

import { readFileSync } from 'node:fs';
import { Argument } from 'commander';
import type { CommandDefinition } from './command.ts';

/** The documents of `schema/`, by the command whose `--json` writes them. */
const documents = ['report', 'check', 'compare', 'explain', 'history', 'locks'];

export const schema: CommandDefinition<object> = {
  name: 'schema',
  takes: [new Argument('[document]', 'whose JSON').choices(documents).default('report')],
  summary: 'print the JSON Schema of what --json writes',
  flags: [],
  help: `
Without a word it is the schema of the report, which monitor, heal and the other commands that write give too.

Examples:
  splitbrain schema > report.schema.json
  splitbrain schema check > check.schema.json`,
  async start({ words: [document] }) {
    const { writeOut } = await import('../process/output.ts');
    // The path is the same from src and from dist.
    await writeOut(readFileSync(new URL(`../../schema/${document}.schema.json`, import.meta.url), 'utf8'));
    return 0;
  },
};
