/** Creates a webhook secret in the format of https://www.standardwebhooks.com: 24 random bytes. */
export const newWebhookSecret = (): string =>
  `whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(24))))}`
