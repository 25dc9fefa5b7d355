export * from "./api/index.ts"
export type * from "./upload/upload-types.ts"
