// The periodic run for a scheduler: `splitbrain monitor` with its output in files. Nothing is
// decided here.
//
//   node dist/jobs/monitor.js --config FILE [--out DIR] [--heal]
//
// DIR (default `out`) gets summary.txt, report.json, junit.xml, html/ and, after a heal, its
// journal. The exit codes are those of `splitbrain monitor`.

import { runJob } from '../src/cli/job.ts';
import { monitorCommand } from '../src/workflows/monitor.ts';

void runJob('monitor', { heal: { type: 'boolean' } }, (flags, given, call) =>
  monitorCommand({ ...flags, ...given }, call),
);
