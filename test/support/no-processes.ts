// Makes every start of a process fail, in the unit tests (`vitest.config.ts`): what needs a process
// belongs to the tests of the mesh.

import childProcess, { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

function refuse(): never {
  throw new Error('a unit test started a process: name its file in test/projects.ts, among the tests with processes');
}

// spawn, exec, execFile and fork all come down to this method; Node's types do not list it.
Object.assign(ChildProcess.prototype, { spawn: refuse });
Object.assign(childProcess, { spawnSync: refuse, execFileSync: refuse, execSync: refuse });
syncBuiltinESMExports();
