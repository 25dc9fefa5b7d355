export {
  type ApiClient,
  type ApiClientOptions,
  createApiClient,
  type PageQuery,
  type PhotoFilters,
  type PhotosQuery,
} from "./api-client.ts"
export { ApiProblem, type ProblemDocument } from "./api-problem.ts"
export type * from "./contract.ts"
export type { TokenSource } from "./token-source.ts"
