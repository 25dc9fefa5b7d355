import { randomUUID } from "node:crypto"
import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createApiClient } from "../../client/sdk/src/api/index.ts"
import { type Client, createClient, folderStorage } from "../../client/sdk/src/node.ts"

export type SdkUser = { client: Client; account: { email: string; password: string }; stateFolder: string }

/** Registers a user and creates a client for it, with its own folder for unfinished uploads. */
export const sdkUser = async (
  baseUrl: string,
  options: Partial<Parameters<typeof createClient>[0]> = {},
): Promise<SdkUser> => {
  const account = { email: `${randomUUID()}@example.com`, password: randomUUID() }
  await createApiClient({ baseUrl }).register(account)
  const stateFolder = await mkdtemp(join(tmpdir(), "rapid-photo-sdk-"))
  const client = createClient({ baseUrl, storage: folderStorage(stateFolder), ...account, ...options })
  return { client, account, stateFolder }
}
