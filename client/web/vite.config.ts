import { resolve } from "node:path"
import { defineConfig } from "vite"

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // The SDK's TypeScript source, so that nothing must be built before the page.
  resolve: { alias: { "rapid-photo-upload-sdk": resolve(import.meta.dirname, "../sdk/src/browser.ts") } },
  worker: { format: "es" },
  build: {
    target: "es2023",
    // Inlined assets would need `data:` in the Content-Security-Policy of scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
