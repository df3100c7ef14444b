// Which test files are not unit tests: `npm run test:unit` leaves them out, `npm run test:mesh`
// runs them and nothing else.

/**
 * Files that start a process: HAProxy, sshd, Consul, the built program, a shell.
 * `support/no-processes.ts` finds one that is missing here.
 */
export const withProcesses: readonly string[] = [
  'test/{mesh,cli,jobs,scripts}/**/*.test.ts',
  'test/census/{consul-server,hostile,tunnel}.test.ts',
  'test/discovery/discover-acl.test.ts',
  'test/workflows/{alarms,config-check,metrics-file,monitor}.test.ts',
  'test/heal/{journal,run-lock,run-lock-processes}.test.ts',
  'test/locks/{lock-processes,host-commands}.test.ts',
  'test/inventory/{ansible,command,consul-acl,consul-complaints,read-inventory,shell-words}.test.ts',
  'test/prometheus/promtool.test.ts',
  'test/report/{next-command,html/browser}.test.ts',
  'test/runtime-api/table-reader-limits.test.ts',
  'test/snapshot/archive/writer.test.ts',
  'test/transport/socket.test.ts',
  'test/transport/ssh/{compressing-host,known-hosts}.test.ts',
];

/** Files that take seconds: thousands of random cases, hundreds of megabytes, many timers. */
export const exhaustive: readonly string[] = [
  'test/**/*-any.test.ts',
  'test/analysis/{cause,findings}.test.ts',
  'test/plan/{liar,properties}.test.ts',
  'test/runtime-api/**/{key-hash,memory,parse-hostile,parse-table,parse-table-captures}.test.ts',
  'test/snapshot/archive/reader.test.ts',
  'test/snapshot/grid/{entry-grid,entry-grid-ways,key-table,label-table}.test.ts',
  'test/snapshot/collect.test.ts',
  'test/report/{json,junit}.test.ts',
  'test/analysis/summary.test.ts',
  'test/**/usual-lines.test.ts',
  'test/transport/compressed/inflate.test.ts',
  'test/cloudwatch/remediation.test.ts',
];
