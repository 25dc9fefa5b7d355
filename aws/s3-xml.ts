import { parseXml, XmlElement } from "@rgrove/parse-xml"

// Elements that can repeat: they are an array also when there is one of them.
const lists = new Set(["Contents", "Part", "Upload"])

/**
 * Parses a response of S3: elements become members, and texts remain strings, because an ETag or a key can consist of
 * digits. Text that is not XML becomes an empty object. The caller validates the result.
 */
export const parseS3Xml = (text: string): unknown => {
  try {
    const { root } = parseXml(text)
    return root ? { [root.name]: contentOf(root) } : {}
  } catch {
    // A proxy in front of S3 sent something else, for example an HTML page.
    return {}
  }
}

type Value = string | Record<string, unknown>

const contentOf = (element: XmlElement): Value => {
  const children = element.children.filter((child) => child instanceof XmlElement)
  if (children.length === 0) return element.text.trim()
  const members: Record<string, unknown> = {}
  for (const child of children) {
    const known = members[child.name]
    const value = contentOf(child)
    if (Array.isArray(known)) known.push(value)
    else if (known !== undefined) members[child.name] = [known, value]
    else members[child.name] = lists.has(child.name) ? [value] : value
  }
  return members
}
