# syntax=docker/dockerfile:1

# For several architectures: docker buildx build --platform linux/amd64,linux/arm64 --build-arg REVISION=$(git rev-parse HEAD) .
# What is built is JavaScript and WebAssembly, the same for each: it is built once, on the machine's own.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No install scripts: nothing here needs one, Node itself is the image's.
RUN npm ci --ignore-scripts
COPY scripts scripts
COPY src src
COPY alerts alerts
COPY dashboards dashboards
COPY LICENSE ./
ARG REVISION=""
RUN REVISION="$REVISION" node scripts/bundle.ts bundle
RUN node scripts/sbom.ts bundle/sbom.cdx.json

# Node and what it needs, and nothing else: no shell, no package manager. Pin it by digest where images must not change
# by themselves.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
ARG VERSION="0.1.0"
ARG REVISION=""
ARG CREATED=""
LABEL org.opencontainers.image.title="meshladder" \
      org.opencontainers.image.description="A Prometheus exporter that climbs the Istio debugging ladder all day" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.base.name="gcr.io/distroless/nodejs24-debian12:nonroot"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /build/bundle ./
# A number, so that Kubernetes can see that it is not root. Nothing is written to the image: a read-only root is fine.
USER 65532:65532
EXPOSE 19012
# Node would let the young part of the heap grow to 128 MB, which is more to copy in one pause, and the whole to three
# times what is in use. docs/benchmarks.md has what it comes to.
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=8", "--heap-growing-percent=60", "/app/dist/main.js"]
CMD ["serve"]
