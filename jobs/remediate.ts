// The run that an alarm sets off: `splitbrain remediate` with its output in files. Nothing is
// decided here.
//
//   node dist/jobs/remediate.js --config FILE [--out DIR] \
//     (--alarm-event FILE | --alarm-name NAME) [--max-age 10m] [--heal]
//
// DIR (default `out`) gets summary.txt, and unless the event was refused report.json, junit.xml,
// html/ and, after a heal, its journal. The exit codes are those of `splitbrain remediate`.

import { runJob } from '../src/cli/job.ts';
import { remediateCommand } from '../src/workflows/monitor.ts';

const words = {
  heal: { type: 'boolean' },
  'alarm-event': { type: 'string' },
  'alarm-name': { type: 'string' },
  'max-age': { type: 'string' },
} as const;

void runJob('remediate', words, (flags, given, call) => {
  const { heal, 'alarm-event': alarmEvent, 'alarm-name': alarmName, 'max-age': maxAge } = given;
  const named = { heal, alarmEvent, alarmName, maxAge };
  const present = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
  return remediateCommand({ ...flags, ...present }, call);
});
