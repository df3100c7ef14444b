// Variables in texts: filled, missing, malformed, literal.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is the configuration's own spelling of a variable.

import { expect, test } from 'vitest';
import { fillVariables } from '../../src/input/environment.ts';

const env = { USER_NAME: 'ubuntu', EMPTY: '', DOLLAR: '${USER_NAME}' };

test.each([
  ['ssh://${USER_NAME}@{host}/a', 'ssh://ubuntu@{host}/a'],
  ['${EMPTY}', ''],
  ['${DOLLAR}', '${USER_NAME}'],
  ['$${USER_NAME}', '${USER_NAME}'],
  ['$USER_NAME costs $5', '$USER_NAME costs $5'],
])('%s becomes %s', (text, filled) => {
  expect(fillVariables(text, env)).toEqual({ text: filled, missing: [], malformed: false });
});

test('every variable that is not set is named, those of Object.prototype too', () => {
  expect(fillVariables('${ONE}${USER_NAME}${constructor}', env).missing).toEqual(['ONE', 'constructor']);
});

test.each(['${', '${}', '${a-b}', '${A B}', 'x${1}'])('%s is malformed', (text) => {
  expect(fillVariables(text, env).malformed).toBe(true);
});
