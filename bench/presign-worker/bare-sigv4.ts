import type { Config } from "../../edge/config.ts"

const hexBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/**
 * The baseline: SigV4 in the query for keys and headers that need no encoding. Imports the signing key once; each call
 * only builds strings and computes two digests.
 */
export const bareSigV4 = ({ s3, credentials }: Config, date: string, ttlSeconds: number) => {
  const encoder = new TextEncoder()
  const scope = `${date}/${s3.region}/s3/aws4_request`
  const host = new URL(s3.endpoint).host
  let signingKey: HmacKey | undefined

  const importKey = (bytes: Uint8Array<ArrayBuffer> | ArrayBuffer) =>
    crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
  const hmac = (key: HmacKey, text: string) => crypto.subtle.sign("HMAC", key, encoder.encode(text))
  const hex = (bytes: ArrayBuffer) => {
    let text = ""
    for (const byte of new Uint8Array(bytes)) text += hexBytes[byte]
    return text
  }
  const deriveKey = async () => {
    let key = await importKey(Uint8Array.from(encoder.encode(`AWS4${credentials.secretAccessKey}`)))
    for (const part of scope.split("/")) key = await importKey(await hmac(key, part))
    return key
  }

  return async (
    method: string,
    key: string,
    headers: Record<string, string>,
    datetime: string,
  ): Promise<string> => {
    signingKey ??= await deriveKey()
    const sent = { host, ...headers }
    const names = Object.keys(sent).sort()
    const values = Object.entries(sent)
      .sort()
      .map(([name, value]) => `${name}:${value}\n`)
    const path = `/${s3.bucket}/${key}`
    const query =
      `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${credentials.accessKeyId}/${scope}`)}` +
      `&X-Amz-Date=${datetime}&X-Amz-Expires=${ttlSeconds}&X-Amz-SignedHeaders=${encodeURIComponent(names.join(";"))}`
    const canonical = `${method}\n${path}\n${query}\n${values.join("")}\n${names.join(";")}\nUNSIGNED-PAYLOAD`
    const digest = hex(await crypto.subtle.digest("SHA-256", encoder.encode(canonical)))
    const signature = await hmac(signingKey, `AWS4-HMAC-SHA256\n${datetime}\n${scope}\n${digest}`)
    return `${s3.endpoint}${path}?${query}&X-Amz-Signature=${hex(signature)}`
  }
}
