import type { Context } from "hono"
import { deleteCookie, getCookie, setCookie } from "hono/cookie"
import type { EdgeEnv } from "../http/context.ts"

/** The cookie is sent to the session routes only. */
const path = "/auth/session"

// Browsers take a cookie with this prefix over HTTPS only, so no one on a plain connection can set it
// (https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.1).
const secureName = "__Secure-refresh-token"
const loopbackName = "refresh-token"

/** Plain HTTP is allowed on the loopback interface, for development. */
const isLoopback = (c: Context<EdgeEnv>): boolean => {
  const { protocol, hostname } = new URL(c.req.url)
  return protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
}

const nameOf = (c: Context<EdgeEnv>): string => (isLoopback(c) ? loopbackName : secureName)

/**
 * Keeps a refresh token in the browser: no script can read it, and no other site can send it.
 * @param expiresAt in seconds since the epoch
 */
export const setSessionCookie = (c: Context<EdgeEnv>, token: string, expiresAt: number): void =>
  setCookie(c, nameOf(c), token, {
    path,
    httpOnly: true,
    secure: !isLoopback(c),
    sameSite: "Strict",
    maxAge: Math.max(0, expiresAt - Math.floor(Date.now() / 1000)),
  })

/** The refresh token of the request, if it has one. */
export const sessionCookieOf = (c: Context<EdgeEnv>): string | undefined => getCookie(c, nameOf(c))

export const deleteSessionCookie = (c: Context<EdgeEnv>): void => {
  deleteCookie(c, nameOf(c), { path, httpOnly: true, secure: !isLoopback(c), sameSite: "Strict" })
}
