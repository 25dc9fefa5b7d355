/**
 * Percent-encodes all characters except the unreserved ones of RFC 3986, like `UriEncode` of SigV4. Unlike
 * encodeURIComponent it also encodes `!'()*`.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export const uriEncode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** Encodes an object key or path, except its slashes. */
export const uriEncodePath = (path: string): string => path.split("/").map(uriEncode).join("/")

/** Decodes percent-encoding. Returns null if it is not valid or not UTF-8. */
export const uriDecode = (text: string): string | null => {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
