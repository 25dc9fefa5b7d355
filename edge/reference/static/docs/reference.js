import { createApiReference } from "./scalar/standalone.esm.js"

// https://github.com/scalar/scalar/blob/main/documentation/configuration.md
createApiReference("#reference", {
  url: "/openapi.json",
  // Nothing comes from or goes to another host; the Content-Security-Policy would block it.
  withDefaultFonts: false,
  proxyUrl: "",
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: "never",
  hideClientButton: true,
  documentDownloadType: "json",
  defaultOpenAllTags: true,
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  persistAuth: true,
  authentication: { preferredSecurityScheme: "bearer" },
  metaData: { title: "RapidPhotoUpload API reference" },
})
