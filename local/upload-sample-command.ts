/** A shell command that creates the account of the README if it does not exist, and uploads the bundled photo. */
export const uploadSampleCommand = (edgeUrl: string): string =>
  `echo 'correct horse battery staple' | npx rapid-photo-upload login --register --email ada@example.com --password-stdin --base-url ${edgeUrl} && npx rapid-photo-upload upload docs/sample-photo.jpg`
