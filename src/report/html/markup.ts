// HTML by templates: each value is escaped unless it is markup already. Pure.

/** HTML that is well-formed and safe: only `html` makes it. */
export class Markup {
  readonly text: string;
  constructor(text: string, maker: typeof key) {
    if (maker !== key) throw new Error('markup is made by templates only');
    this.text = text;
  }
}

const key = Symbol('the right to make markup');

/** `null` and `false` leave nothing behind. */
export type Fill = Markup | string | number | null | false | readonly Fill[];

/**
 * A tagged template. Names, sentences and numbers are escaped for texts and for attributes in
 * quotes; throws where an attribute has no quotes, or where a value would be a part of a tag.
 */
export function html(parts: TemplateStringsArray, ...fills: readonly Fill[]): Markup {
  let text = parts[0]!;
  fills.forEach((fill, index) => {
    if (typeof fill === 'string' || typeof fill === 'number') refuseUnquoted(text);
    text += spell(fill) + parts[index + 1]!;
  });
  return new Markup(text, key);
}

function spell(fill: Fill): string {
  if (fill === null || fill === false) return '';
  if (fill instanceof Markup) return fill.text;
  if (typeof fill === 'object') return fill.map(spell).join('');
  return escapeHtml(String(fill));
}

/** A value may stand between tags, or within the quotes of an attribute. */
function refuseUnquoted(before: string): void {
  const tag = before.slice(before.lastIndexOf('<'));
  if (tag.includes('>')) return;
  const quotes = tag.split('"').length - 1;
  if (tag.startsWith('<') && quotes % 2 === 0) throw new Error(`a value without quotes behind ${tag}`);
}

const escapes: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What HTML cannot hold, and halves of surrogate pairs, become U+FFFD. */
const unspeakable = /[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Nearly all values are so: a report has a hundred thousand of them. */
const plain = /^[\w ,.:;/()+-]*$/;

function escapeHtml(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(unspeakable, '\ufffd').replace(/[<>&"']/g, (char) => escapes[char]!);
}
