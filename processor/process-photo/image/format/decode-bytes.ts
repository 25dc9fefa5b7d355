/** Memory that libvips uses for any streamed decode and its thumbnails. */
export const baseDecodeBytes = 24 * 1024 * 1024

/** Number of rows that libvips holds at once while it streams. Significant when a row has megabytes. */
export const streamedRows = 64
