/** Where a user wants to be told of events. */
export type EndpointId = `whk_${string}`

const pattern = /^whk_[0-7][0-9A-HJKMNP-TV-Z]{25}$/

export const isEndpointId = (text: string): text is EndpointId => pattern.test(text)

/** The most endpoints a user can have. */
export const maxEndpoints = 5
