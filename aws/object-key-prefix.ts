/**
 * A name that an environment may have. `thumbnails` is excluded: its originals would share a prefix with the thumbnails
 * of every environment.
 */
export const environmentPattern = /^(?!thumbnails$)[a-z0-9-]{1,32}$/

/**
 * The key prefixes of an environment. An IAM policy grants `${prefix}*`, and the rule for Object Created events matches
 * originals only, so that a stored thumbnail causes no message.
 */
export const originalsPrefix = (environment: string): string => `${environment}/`
export const thumbnailsPrefix = (environment: string): string => `thumbnails/${environment}/`
