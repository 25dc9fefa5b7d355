import { decodedS3Path } from "../sigv4/canonical-request.ts"
import { uriEncodePath } from "../sigv4/uri-encoding.ts"
import { S3RequestError } from "./s3-error.ts"

/** The target of a path-style URL. */
export type Address =
  | { on: "service" }
  | { on: "bucket"; bucket: string }
  | { on: "object"; bucket: string; key: string }

export type ObjectAddress = Extract<Address, { on: "object" }>

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const maxKeyBytes = 1024

/**
 * Parses a raw path.
 * @throws S3RequestError for a key that S3 or the disk cannot store
 */
export const addressOf = (rawPath: string): Address => {
  const path = decodedS3Path(rawPath)
  if (path === null)
    throw new S3RequestError("InvalidURI", "Couldn't parse the specified URI.", { URI: rawPath })
  const [, bucket = "", ...rest] = path.split("/")
  const key = rest.join("/")
  if (bucket === "") return { on: "service" }
  if (key === "") return { on: "bucket", bucket }
  if (Buffer.byteLength(key) > maxKeyBytes)
    throw new S3RequestError("KeyTooLongError", "Your key is too long", { MaxSizeAllowed: maxKeyBytes })
  if (!isStorable(key))
    throw new S3RequestError(
      "InvalidArgument",
      "The local S3 does not support keys with a segment that is empty, `.` or `..`",
      {
        Key: key,
      },
    )
  return { on: "object", bucket, key }
}

/** The canonical path of an address. */
export const pathOf = (address: Address): string => {
  if (address.on === "service") return "/"
  return uriEncodePath(address.on === "bucket" ? `/${address.bucket}` : `/${address.bucket}/${address.key}`)
}

// fauxqs uses the key as a file path: `..` would leave the bucket, and `a//b` would be the file of `a/b`.
// A trailing slash is allowed, because consoles create folders with it.
const isStorable = (key: string): boolean =>
  key.split("/").every((segment, index, { length }) => {
    if (segment === "") return index > 0 && index === length - 1
    return segment !== "." && segment !== ".."
  })
