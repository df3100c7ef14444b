// Starts the built program, dist/src/program.js: each file that a person or a scheduler starts is this one, under the name of its entry (`scripts/build.sh`).
//
// Beside the program lies what V8 made of it when it was built: with that, Node has it running in half the time. Another version of V8 refuses it, and
// compiles the program itself. Only `scripts/precompile.cjs` writes it.

const { existsSync, readFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { Script } = require('node:vm');

const path = join(__dirname, '../src/program.js');
const cachePath = `${path}.cache`;

/** The program's entries, by the names of the files that start them, and its script, to ask V8 for what it compiled. */
function load() {
  // One byte per character, as esbuild writes it: V8 reads that fastest.
  const source = `(function (require, module, __filename) {${readFileSync(path, 'latin1')}\n})`;
  const cachedData = existsSync(cachePath) ? readFileSync(cachePath) : undefined;
  const script = new Script(source, { filename: path, cachedData });
  const program = { exports: {} };
  script.runInThisContext()(require, program, path);
  return { entries: program.exports, script, cachePath };
}

if (require.main === module) load().entries[basename(__filename, '.js')]();
else module.exports = load;
