# Everything of kura in one image: the node plugin, the controller's router, and the commands for looking after a pool.
# Nothing in it depends on the processor: amd64 and arm64 are built from this file alike.
#
#   docker build --tag kura .        buildah bud --tag kura .
FROM docker.io/library/node:24.21.0-bookworm-slim AS node

FROM node AS bundle
WORKDIR /kura
COPY proto proto
COPY package.json package-lock.json .npmrc ./
# the Node that the checkout pins is the one that is here already
RUN npm ci && rm -r node_modules/node-linux-*
COPY src src
RUN npm run bundle

FROM docker.io/library/debian:bookworm-slim
LABEL org.opencontainers.image.title="kura" \
      org.opencontainers.image.description="A CSI driver for kind, minikube and small clusters" \
      org.opencontainers.image.licenses="Apache-2.0"
# a small young generation: the driver idles most of its life, and 16 MiB of it would only be kept, not used
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=1
# no USER: the node plugin attaches loop devices and mounts, which the kernel gives to root alone. The chart runs the
# controller, which does neither, as a user of its own.
ENTRYPOINT ["kura"]
CMD ["--help"]
# What the driver runs on devices and filesystems, and openssl for `kura certificates`. Only xfs_scrub, which it does not
# run, needs Python and ICU: 60 MB that no node has to fetch.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      btrfs-progs e2fsprogs mount openssl util-linux xfsprogs \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* \
      /usr/sbin/xfs_scrub* /usr/bin/python3* /usr/lib/python3* /usr/lib/*/libicu* \
 && ln -s /opt/kura/kura.mjs /usr/local/bin/kura
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY LICENSE /opt/kura/
COPY --from=bundle /kura/dist/ /kura/proto/csi.proto /opt/kura/
