import { signal } from "@preact/signals"
import type { AccountResponse } from "rapid-photo-upload-sdk"
import { api } from "./session.ts"

/** The signed-in account and its quota; null until it is read. */
export const account = signal<AccountResponse | null>(null)

/** Reads the account again. Keeps the last one when that fails. */
export const loadAccount = async (): Promise<void> => {
  account.value = await api.getAccount().catch(() => account.peek())
}
