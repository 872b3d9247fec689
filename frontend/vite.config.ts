import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const gateway = process.env["AI_API_AT"] ?? "http://127.0.0.1:8080";
const forwarded = { target: gateway, changeOrigin: false };

// A page is made of a dozen files: each costs a browser milliseconds even where it is in its cache, and small ones do not compress.
// What many pages share is together, by when it is needed; the rest of a page is a file of its own.
const FILES = [
  // What the router must know of every address.
  { name: "routes", priority: 6, test: /src\/routes\/_in\.[^?]*\.tsx$/ },
  { name: "start", priority: 5, tags: ["$initial" as const], test: /^(?!.*(src\/main\.tsx|index\.html))/ },
  { name: "shell", priority: 4, test: /src\/(shell\/(shell|account-menu|places|shortcuts)|session\/(doorkeeper|me))\.tsx?$/ },
  // What nearly every page shows. Lists bring a library that a first page is to be spared.
  { name: "parts", priority: 3, minShareCount: 10, maxModuleSize: 20_000, test: /^(?!.*(data-table|list-table|list-page|filters|search-field|table-core|react-table))/ },
  { name: "tables", priority: 2, test: /src\/components\/(list-page|list-table|data-table|search-field|filters)\.tsx$/ },
  // What one of the first pages shows, and few others: not with what neither of them does.
  { name: "code", priority: 2, test: /src\/(components\/(code-block|guide|ui\/tabs)|lib\/examples)\.tsx?$/ },
  { name: "bars", priority: 2, test: /src\/(components\/(day-bars|month-bars)|lib\/days)\.tsx?$/ },
  { name: "pieces", priority: 1, minShareCount: 3, maxModuleSize: 8_000, test: /lucide-react|src\/(components|lib|client)\// },
];

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
    rolldownOptions: { output: { codeSplitting: { groups: FILES } } },
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
