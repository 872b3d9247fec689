import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const RAW_COLOUR = "(#[0-9a-fA-F]{3,8}\\b|\\b(rgb|rgba|hsl|hsla|oklch|oklab)\\()";
const PALETTE =
  "\\b(bg|text|border|ring|fill|stroke|outline|shadow|from|to|via|divide|accent|caret|decoration)-(slate|gray|zinc|neutral|stone|red|orange|amber|yellow|lime|green|emerald|teal|cyan|sky|blue|indigo|violet|purple|fuchsia|pink|rose|black|white)\\b";
const COLOURS = "Use the names of src/styles/tokens.css: no raw colour, nothing of Tailwind's own palette.";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/routeTree.gen.ts", "src/client/schema.gen.ts", ".tanstack"] },
  js.configs.recommended,
  {
    files: ["scripts/**/*.mjs", "*.js"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      // The router's redirects and not-founds are thrown objects by design.
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks, "jsx-a11y": jsxA11y },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...jsxA11y.flatConfigs.recommended.rules,
      // Ours wraps every control in its label's text; the rule does not see through components.
      "jsx-a11y/label-has-associated-control": "off",
      "no-restricted-syntax": [
        "error",
        { selector: `Literal[value=/${RAW_COLOUR}/]`, message: COLOURS },
        { selector: `Literal[value=/${PALETTE}/]`, message: COLOURS },
        { selector: `TemplateElement[value.raw=/${PALETTE}/]`, message: COLOURS },
      ],
      "no-restricted-globals": ["error", "alert", "confirm", "prompt"],
    },
  },
  // shared -> session -> features and shell -> routes; no feature knows another, and only its api.ts (or one of several, such as held-api.ts) knows the client.
  ...zone("src/features/*/**", ["@/routes/**", "@/shell/**", "@/router", "@/features/**"]),
  ...zone("src/shell/**", ["@/routes/**", "@/router", "@/features/**"]),
  ...zone("src/session/**", ["@/routes/**", "@/shell/**", "@/router", "@/features/**"]),
  ...zone("src/{components,lib,i18n}/**", ["@/routes/**", "@/shell/**", "@/session/**", "@/router", "@/features/**"]),
  ...zone("src/client/**", ["@/routes/**", "@/shell/**", "@/session/**", "@/router", "@/features/**", "@/components/**"]),
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/features/*/api.ts", "src/features/*/*-api.ts", "src/session/**", "src/shell/api.ts", "src/client/**", "src/main.tsx", "src/testing/**", "src/**/*.test.*"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          paths: [{ name: "@/client/client", message: "Only a feature's api.ts speaks to the API." }],
        },
      ],
    },
  },
);

// What the files of a zone may not import; a feature reaches its own files by relative paths.
function zone(files, forbidden) {
  return [
    {
      files: [`${files}/*.{ts,tsx}`, `${files}.{ts,tsx}`],
      rules: {
        "no-restricted-imports": [
          "error",
          { patterns: [{ group: [...forbidden, "../../*"], message: "Imports go down only: shared, session, features, routes; no feature imports another." }] },
        ],
      },
    },
  ];
}
