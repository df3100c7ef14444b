// Where the names of files and programs in the configuration lead.

import { expect, test } from 'vitest';
import { locateFile, locateProgram } from '../../src/input/files.ts';

const env = { HOME: '/home/me' };

test.each([
  ['/etc/hosts', 'conf', '/etc/hosts'],
  ['hosts', 'conf', 'conf/hosts'],
  ['../hosts', 'conf/stage', 'conf/hosts'],
  ['~/hosts', 'conf', '/home/me/hosts'],
  ['~', 'conf', '/home/me'],
])('the file %s named in %s is %s', (name, folder, path) => {
  expect(locateFile(name, folder, env)).toBe(path);
});

test.each([
  ['list-proxies', 'conf', 'list-proxies'],
  ['./list-proxies', 'conf', 'conf/list-proxies'],
  ['./list-proxies', '.', './list-proxies'],
  ['/bin/list', 'conf', '/bin/list'],
])('the program %s named in %s is %s', (name, folder, program) => {
  expect(locateProgram(name, folder, env)).toBe(program);
});
