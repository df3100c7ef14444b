// What a transport has to know of HAProxy's language.

import type { Dialect } from '../transport/transport.ts';
import { GREETING, linesOf, readToPrompt } from './prompt.ts';

/**
 * How a line of HAProxy's answers begins (2.6 to 3.4): the head of a table, `show info`, an entry
 * or a peer, or one of its short refusals.
 */
const ANSWER = /^# |^Name: |^0x|^(?:Permission denied|Unknown |No such |Entry |Require|\[\d)/m;

export const haproxyDialect: Dialect = {
  opening: 'prompt\n',
  greeting: GREETING,
  linesOf,
  readAnswers: readToPrompt,
  mayBeAnswer: (text) => ANSWER.test(text),
};
