import tseslint from "typescript-eslint";

/** What `no-restricted-syntax` forbids in every TypeScript file. */
const EVERYWHERE = [
  {
    selector: "Property[key.name='eager'][value.value=true]",
    message: "An eager relation is a query that nobody sees: load what is needed where it is needed.",
  },
  {
    selector:
      "CallExpression[callee.property.name=/^(transaction|change|changeAll)$/] > :function MemberExpression[object.type='ThisExpression'][property.name=/^(dataSource|database|manager|\\w*Repository)$/]",
    message: "Inside a transaction only `tx` reaches the database; this is another connection.",
  },
];

const NO_SAVE = {
  selector: "CallExpression[callee.property.name='save']",
  message: "Only libs/records saves a record, on the row that it locked.",
};

const NO_ENV = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "Only config.ts reads the environment, once.",
};

const TESTS = ["**/*.spec.ts", "**/test/**/*.ts", "libs/testing/**/*.ts"];

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", ".kehu/**", ".nx/**", "coverage/**"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "off" },
    rules: {
      eqeqeq: "error",
      "no-restricted-imports": ["error", { paths: ["process", "node:process", "console", "node:console"] }],
      "no-restricted-syntax": ["error", ...EVERYWHERE, NO_SAVE, NO_ENV],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Nest's modules are classes without members.
      "@typescript-eslint/no-extraneous-class": "off",
      // `noUncheckedIndexedAccess` asks for `rows[0]!` where a statement always returns a row.
      "@typescript-eslint/no-non-null-assertion": "off",
      // Matters of taste: what they forbid cannot go wrong.
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-dynamic-delete": "off",
      "@typescript-eslint/no-generated-empty-object-type": "off",
      "@typescript-eslint/no-misused-spread": "off",
      "@typescript-eslint/no-unnecessary-type-parameters": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
    },
  },
  { files: ["apps/**/*.ts", "libs/**/*.ts"], rules: { "no-console": "error" } },
  { files: ["{apps,libs}/*/src/**/*.ts", "tools/**/*.ts"], rules: { "max-lines": ["error", 250] } },
  { files: ["libs/records/**/*.ts"], rules: { "no-restricted-syntax": ["error", ...EVERYWHERE, NO_ENV] } },
  {
    files: ["**/config.ts", ...TESTS],
    rules: { "no-restricted-syntax": ["error", ...EVERYWHERE, NO_SAVE] },
  },
  { files: ["tools/**/*.ts"], rules: { "no-restricted-syntax": ["error", ...EVERYWHERE] } },
  {
    files: TESTS,
    rules: {
      // `expect.any()` and its like are of type any.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      // What beforeAll sets may be unset where it failed.
      "@typescript-eslint/no-unnecessary-condition": "off",
    },
  },
);
