/** What libvips holds for any streamed decode and its thumbnails. */
export const baseDecodeBytes = 24 * 1024 * 1024

/** Rows of a picture that libvips holds at once while it streams: they count where a row may be megabytes long. */
export const streamedRows = 64
