import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const gateway = process.env["AI_API_AT"] ?? "http://127.0.0.1:8080";
const forwarded = { target: gateway, changeOrigin: false };

export default defineConfig({
  plugins: [tanstackRouter({ target: "react", autoCodeSplitting: true }), react(), tailwindcss()],
  resolve: {
    alias: {
      "@formatjs/icu-skeleton-parser": fileURLToPath(new URL("./src/i18n/no-skeletons.ts", import.meta.url)),
      "@": fileURLToPath(new URL("./src", import.meta.url)),
    },
  },
  build: {
    // A strict content security policy allows no data: address but for pictures, and fonts are preloaded by their own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
    // What the router must know of every address is one file: small ones do not compress.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "routes", test: /src\/routes\/_in\.[^?]*\.tsx$/ }] } } },
  },
  server: {
    proxy: { "/api": forwarded, "/v1": forwarded, "/v1beta": forwarded },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/set-up.ts"],
    restoreMocks: true,
  },
});
