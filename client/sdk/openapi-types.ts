import openapiTypescript, { astToString } from "openapi-typescript"

/** Returns the types of an OpenAPI document as TypeScript. `npm run docs` writes them to `src/api/openapi.ts`. */
export const openApiTypes = async (openApi: string): Promise<string> => {
  // A request may leave out a property that has a default.
  const types = await openapiTypescript(openApi, { defaultNonNullable: false })
  return `// Generated from docs/openapi.json by openapi-typescript: run \`npm run docs\`.\n${astToString(types)}`
}
