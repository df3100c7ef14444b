// `splitbrain init`

import type { InitFlags } from '../workflows/init.ts';
import type { CommandDefinition } from './command.ts';

export const init: CommandDefinition<InitFlags> = {
  name: 'init',
  takes: ['<endpoint>'],
  summary: 'write a first configuration, from one proxy and its peers',
  flags: [
    (command) =>
      command
        .option('-o, --output <file>', 'the configuration (default: splitbrain.yaml); - is standard output')
        .option('--table <name>', 'the stick table (default: the one whose entries name servers)')
        .option('--environment <name>', 'the name of the mesh (default: my-mesh)')
        .option('--force', 'overwrite the file'),
  ],
  help: `
Asks the proxy for its tables, peers and servers, writes the file with a comment for each choice, reads it back as every command does, and
asks each proxy that it names. Changes nothing on any proxy. With -o - it prints the file, and asks no other proxy.

Examples:
  splitbrain init /run/haproxy/admin.sock
  splitbrain init ssh://ubuntu@10.0.0.5/run/haproxy/admin.sock -o stage.yaml --environment stage

Exit codes: 0 written, and every proxy of the mesh was reached; 3 one was not, or is not in the file yet; 1 and 64 as for report`,
  async start({ flags, words: [endpoint = ''], ...call }) {
    const { initCommand } = await import('../workflows/init.ts');
    return initCommand(endpoint, flags, call);
  },
};
