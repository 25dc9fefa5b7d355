/**
 * The allowed names of environments. `thumbnails` is excluded: its originals would share a prefix with the thumbnails
 * of every environment.
 */
export const environmentPattern = /^(?!thumbnails$)[a-z0-9-]{1,32}$/

/**
 * The key prefixes of an environment. An IAM policy grants `${prefix}*`, and the rule for Object Created events matches
 * originals only, so that storing a thumbnail sends no message.
 */
export const originalsPrefix = (environment: string): string => `${environment}/`
export const thumbnailsPrefix = (environment: string): string => `thumbnails/${environment}/`
