import { ApiProblem, createApiClient } from "rapid-photo-upload-sdk"

// Without a token: these requests need none.
const api = createApiClient({ baseUrl: location.origin })

export const createAccount = async (email: string, password: string): Promise<void> => {
  await api.register({ email, password })
}

/** Signs in and returns an access token. The refresh token is in a cookie that no script can read. */
export const openSession = (email: string, password: string): Promise<string> =>
  tokenOf("POST", "/auth/session", { authorization: `Basic ${utf8ToBase64(`${email}:${password}`)}` })

/** Returns a new access token of the session. */
export const refreshSession = (): Promise<string> => tokenOf("POST", "/auth/session/refresh")

export const closeSession = async (): Promise<void> => {
  await fetch("/auth/session", { method: "DELETE" })
}

const tokenOf = async (method: string, path: string, headers = {}): Promise<string> => {
  const response = await fetch(path, { method, headers })
  const body = (await response.json().catch(() => null)) as { access_token: string } | null
  if (!response.ok || !body) throw problemOf(response.status, body)
  return body.access_token
}

const problemOf = (status: number, body: object | null): ApiProblem =>
  new ApiProblem({ type: "about:blank", title: `HTTP ${status}`, ...body, status })

// btoa takes Latin-1 only.
const utf8ToBase64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""))
