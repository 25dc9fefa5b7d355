/** What libvips holds for any streamed decode and the thumbnails of it. */
export const baseDecodeBytes = 24 * 1024 * 1024
