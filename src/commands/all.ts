// Every command, in the order of `--help`. A new command is a file of this room, a line here, and
// its workflow.

import { alarmsApply, alarmsPlan } from './alarms.ts';
import { apply } from './apply.ts';
import { census } from './census.ts';
import { check } from './check.ts';
import type { CommandDefinition } from './command.ts';
import { compare } from './compare.ts';
import { completion } from './completion.ts';
import { configCheck } from './config-check.ts';
import { explain } from './explain.ts';
import { fill } from './fill.ts';
import { heal } from './heal.ts';
import { history } from './history.ts';
import { init } from './init.ts';
import { inventory } from './inventory.ts';
import { lock, locks, unlock } from './locks.ts';
import { monitor } from './monitor.ts';
import { pin } from './pin.ts';
import { plan } from './plan.ts';
import { remediate } from './remediate.ts';
import { report } from './report.ts';
import { schema } from './schema.ts';
import { snapshot } from './snapshot.ts';
import { undo } from './undo.ts';

/** The commands, in the order of `--help`. */
export const commands: readonly CommandDefinition[] = [
  report,
  explain,
  check,
  snapshot,
  compare,
  inventory,
  census,
  history,
  heal,
  fill,
  plan,
  apply,
  undo,
  pin,
  monitor,
  remediate,
  lock,
  unlock,
  locks,
  alarmsPlan,
  alarmsApply,
  init,
  configCheck,
  schema,
  completion,
];

/** Descriptions of groups of commands, such as `alarms`. */
export const groups: Readonly<Record<string, string>> = {
  alarms: 'CloudWatch alarms and dashboard as code',
  config: 'the configuration file',
};
