# syntax=docker/dockerfile:1

# Compiles the program. The compiled log scanner (.wasm) is in the repository and only copied.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No install scripts: nothing here needs one, Node itself is the image's.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.ts scripts/
COPY src src
ARG REVISION=""
RUN REVISION="$REVISION" node scripts/build.ts
RUN npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
ARG REVISION=""
LABEL org.opencontainers.image.title="meshladder" \
      org.opencontainers.image.description="A Prometheus exporter that climbs the Istio debugging ladder all day" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="$REVISION"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY alerts/runbooks alerts/runbooks
COPY LICENSE ./
# A number, so that Kubernetes can see that it is not root. Nothing is written to the image: a read-only root is fine.
USER 65532:65532
EXPOSE 19012
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve"]
