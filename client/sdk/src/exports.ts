export * from "./api/index.ts"
export type { Client, ClientOptions, Credentials } from "./client.ts"
export type { StoragePort } from "./upload/ports.ts"
export type * from "./upload/upload-types.ts"
