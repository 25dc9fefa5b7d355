import type { TokenResponse } from "./contract.ts"

/** Where a client gets its access tokens from. */
export type TokenSource = {
  get: () => Promise<string>
  /** Returns a token other than the rejected one. Calls at the same time share one request. */
  replace: (rejected: string) => Promise<string>
}

/** The requests that issue tokens. Each throws ApiProblem for a problem response. */
export type TokenRequests = {
  signIn: (email: string, password: string) => Promise<TokenResponse>
  refresh: (refreshToken: string) => Promise<TokenResponse>
}

/** Signs in when the first token is needed, and again when the refresh token is no longer valid. */
export const passwordTokens = (
  { signIn, refresh }: TokenRequests,
  { email, password }: { email: string; password: string },
): TokenSource => {
  let refreshToken: string | undefined
  return sharedTokens(async () => {
    const token = refreshToken
      ? await refresh(refreshToken).catch(() => signIn(email, password))
      : await signIn(email, password)
    refreshToken = token.refresh_token
    return token.access_token
  })
}

/**
 * Shares one request for a token among all callers.
 * @param request gets a new token; `isFirst` is false when the server rejected the last one
 */
export const sharedTokens = (request: (isFirst: boolean) => Promise<string>): TokenSource => {
  let current: Promise<string> | undefined
  let renewal: Promise<string> | undefined
  const renew = (isFirst: boolean): Promise<string> => {
    renewal ??= request(isFirst).finally(() => {
      renewal = undefined
    })
    current = renewal
    // A failed request must not be the answer to the next caller.
    renewal.catch(() => {
      current = undefined
    })
    return renewal
  }
  return {
    get: () => current ?? renew(true),
    replace: async (rejected) => {
      const known = await (current ?? renew(false))
      return known === rejected ? renew(false) : known
    },
  }
}
