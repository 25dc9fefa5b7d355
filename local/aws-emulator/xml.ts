/** Creates an XML element. Text is escaped; children are not. */
export const element = (name: string, content: string | number | boolean | readonly string[]): string =>
  `<${name}>${typeof content === "object" ? content.join("") : escapeXml(String(content))}</${name}>`

export const xmlDocument = (root: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n${root}`

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
}

// XML 1.0 cannot represent most control characters, even escaped, so they become the replacement character.
const escapeXml = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => entities[character] ?? character)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters to replace
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
