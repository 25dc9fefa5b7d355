/**
 * The Content-Security-Policy of the web page. Its scripts, styles and worker come from this host only. It connects to the
 * API and to the object storage, and shows photos of the object storage and of the user's files.
 */
export const pagePolicy = (page: URL, s3Endpoint: string): string => {
  const storage = new URL(s3Endpoint).origin
  // Safari before 15.4 does not match `'self'` with a WebSocket.
  const live = page.origin.replace(/^http/, "ws")
  const directives = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": `'self' blob: data: ${storage}`,
    "connect-src": `'self' ${live} ${storage}`,
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
  }
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join("; ")
}
