/** The id of a webhook endpoint. */
export type EndpointId = `whk_${string}`

const pattern = /^whk_[0-7][0-9A-HJKMNP-TV-Z]{25}$/

export const isEndpointId = (text: string): text is EndpointId => pattern.test(text)

/** Maximum number of endpoints of a user. */
export const maxEndpoints = 5
