// The fill of a recycle or boot job: `splitbrain fill` without a question, its output in files.
// Nothing is decided here.
//
//   node dist/jobs/fill.js --config FILE [--out DIR] [--proxies "NAME NAME"] [--at-most COUNT]
//
// DIR (default `out`) gets summary.txt, report.json, junit.xml and the journal. The exit codes are
// those of `splitbrain fill`; 64 where the configuration has no `heal:` section.

import { runJob } from '../src/cli/job.ts';
import { unattendedFill } from '../src/workflows/fill.ts';

void runJob('fill', { proxies: { type: 'string' }, 'at-most': { type: 'string' } }, (flags, given, call) =>
  unattendedFill(flags, { proxies: given.proxies ?? '', atMost: given['at-most'] }, call),
);
