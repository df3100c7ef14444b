// `splitbrain inventory`

import type { LiveFlags } from '../session/look-flags.ts';
import type { CommandDefinition } from './command.ts';
import { meshFlags, outputFlags } from './flags.ts';

export const inventory: CommandDefinition<LiveFlags> = {
  name: 'inventory',
  summary: 'which proxies and shards there are, and where each was learnt',
  flags: [meshFlags, outputFlags],
  help: `
Asks each proxy for its servers and peers, and reads no table. With a \`discovery:\` section it also reads the proxies' maps, and what Consul or a file knows.

Example:
  splitbrain inventory -c stage.yaml

Exit codes: 0 every proxy was asked; 3 a proxy could not be asked; 1 and 64 as for report`,
  async start({ flags, ...call }) {
    const { inventoryCommand } = await import('../workflows/inventory.ts');
    return inventoryCommand(flags, call);
  },
};
