# The program as a container image; docs/CONTAINER.md says what is in it and how it is run.
#   docker build -t wandb-logdir .                                   the server
#   docker build -t wandb-logdir-tensorboard --target tensorboard .  the same, and TensorBoard beside it
# Node 24 on Debian 12, named by its digest, so that the same source makes the same image. Another one, such as a mirror's:
#   docker build --build-arg NODE_IMAGE=mirror.example.org/node:24-bookworm-slim …
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
COPY scripts/ scripts/
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY tsconfig.json ./
COPY assembly/ assembly/
COPY proto/ proto/
COPY src/ src/
RUN npm run build

# All but the native ones, which are optional, are in the program: sharp draws boxes and masks, koffi mounts for users other
# than root.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm pkg delete dependencies devDependencies \
    && npm install --omit=dev --no-audit --no-fund --ignore-scripts

# What of these is the program.
FROM scratch AS program
COPY --from=build /src/dist/program/ /app/dist/program/
COPY package.json LICENSE /app/
COPY container/probe.mjs container/fuse-descriptor.py /app/container/

# What the base image has for building goes; a copy of the rest is the first layer.
FROM ${NODE_IMAGE} AS root
RUN rm -rf /usr/local/lib/node_modules /usr/local/include /usr/local/share/doc /usr/local/share/man /opt/* /root/.npm \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
      /usr/local/bin/docker-entrypoint.sh /var/lib/apt/lists/* /var/cache/apt/* /var/log/* \
    && mkdir -p /var/cache/wandb-logdir /runs \
    && chmod 1777 /var/cache/wandb-logdir \
    && ln -s /app/dist/program/wandb-logdir.mjs /usr/local/bin/wandb-logdir \
    && ln -s /app/dist/program/wandb-logdir-data-server.mjs /usr/local/bin/wandb-logdir-data-server

FROM scratch AS base
COPY --from=root / /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production \
    WANDB_LOGDIR_CACHE_DIR=/var/cache/wandb-logdir \
    WANDB_LOGDIR_LOG_FORMAT=json
WORKDIR /runs
# Any other user will do as well: nothing needs a name, a home or a file of its own.
USER 10001:10001
# Where history is kept; with a read-only root this, and /tmp for `mount` as an ordinary user, are all that is written.
VOLUME /var/cache/wandb-logdir
EXPOSE 7070
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["node", "/app/container/probe.mjs"]
ENTRYPOINT ["wandb-logdir"]
CMD ["serve"]
LABEL org.opencontainers.image.title="wandb-logdir" \
      org.opencontainers.image.description="Shows Weights & Biases runs as a TensorBoard logdir" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.url="https://wandb-logdir.example/"

# TensorBoard in a virtual environment, without pip.
FROM ${NODE_IMAGE} AS python
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv
COPY container/tensorboard-requirements.txt /tmp/
RUN python3 -m venv /opt/tensorboard \
    && /opt/tensorboard/bin/pip install --no-cache-dir --disable-pip-version-check -r /tmp/tensorboard-requirements.txt \
    && /opt/tensorboard/bin/pip uninstall --yes --quiet pip \
    && rm -f /opt/tensorboard/bin/pip* \
    && find /opt/tensorboard -type d -name tests -prune -exec rm -rf {} +

# The program comes last: another version of it leaves the layers below as they are.
FROM base AS tensorboard
USER 0
RUN apt-get update && apt-get install -y --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* \
    # Where Kubeflow's controller looks for it.
    && ln -s /opt/tensorboard/bin/tensorboard /usr/local/bin/tensorboard
COPY --from=python /opt/tensorboard/ /opt/tensorboard/
ENV PYTHONDONTWRITEBYTECODE=1
EXPOSE 6006
USER 10001:10001
COPY --from=packages /app/node_modules/ /app/node_modules/
COPY --from=program / /
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.version="${VERSION}" org.opencontainers.image.revision="${REVISION}"

# The last one is what `docker build` makes without --target.
FROM base AS server
COPY --from=packages /app/node_modules/ /app/node_modules/
COPY --from=program / /
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.version="${VERSION}" org.opencontainers.image.revision="${REVISION}"
