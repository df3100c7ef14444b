// `splitbrain schema`

import { readFileSync } from 'node:fs';
import type { CommandDefinition } from './command.ts';

export const schema: CommandDefinition<object> = {
  name: 'schema',
  summary: 'print the JSON Schema of the report that --json writes',
  flags: [],
  help: `
Example:
  splitbrain schema > report.schema.json`,
  async start() {
    const { writeOut } = await import('../process/output.ts');
    // The path is the same from src and from dist.
    await writeOut(readFileSync(new URL('../../schema/report.schema.json', import.meta.url), 'utf8'));
    return 0;
  },
};
