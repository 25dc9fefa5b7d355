/** An object in S3, and the version of its content. */
export type ObjectRef = { key: string; etag: string }

/** An object whose size is known. */
export type StoredObject = ObjectRef & { bytes: number }
