// XML 1.0 from elements: the document is well-formed whatever the texts hold.

/** An element of a document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (XmlElement | string)[];
}

/**
 * Makes an element. `name` and the names of attributes come from this program; values and texts may
 * hold anything.
 */
export function element(
  name: string,
  attributes: XmlElement['attributes'],
  children: XmlElement['children'] = [],
): XmlElement {
  return { name, attributes, children };
}

export function renderXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement(root, '')}`;
}

function renderElement({ name, attributes, children }: XmlElement, indent: string): string {
  const spelled = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`);
  const start = `${indent}<${name}${spelled.join('')}`;
  if (children.length === 0) return `${start}/>\n`;
  const texts = children.filter((child) => typeof child === 'string');
  // Around text, no white space may be added: it would be text too.
  if (texts.length > 0) return `${start}>${texts.map(escapeText).join('')}</${name}>\n`;
  const inner = children.map((child) => (typeof child === 'string' ? '' : renderElement(child, `${indent}  `)));
  return `${start}>\n${inner.join('')}${indent}</${name}>\n`;
}

const escapes: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};

/**
 * Characters that XML 1.0 cannot hold, not even escaped: most controls, halves of surrogate pairs,
 * and the non-characters U+FFFE and U+FFFF. They become U+FFFD.
 */
const unspeakable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escapeXml(text: string): string {
  return text.replace(unspeakable, '\ufffd').replace(/[<>&"']/g, (char) => escapes[char]!);
}

function numbered(char: string): string {
  return `&#${char.charCodeAt(0)};`;
}

/** Escapes tabs and line ends too: within an attribute, readers turn them into spaces. */
function escapeAttribute(text: string): string {
  return escapeXml(text).replace(/[\t\n\r]/g, numbered);
}

/** Escapes CR too: readers turn it into LF. */
function escapeText(text: string): string {
  return escapeXml(text).replace(/\r/g, numbered);
}
