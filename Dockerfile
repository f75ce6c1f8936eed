# One image for all processes: `docker run … run`, `web`, `worker` or `migrate`. docs/deploy.md walks it.
FROM python:3.12-slim AS built
WORKDIR /desk
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY config config
RUN /venv/bin/pip install --quiet -c constraints.txt .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /desk desk \
    && install --directory --owner=desk --mode=0700 /desk/data
COPY --from=built /venv /venv
# What is read by its path; set MARKETPLACES_FILE, or mount your own over it.
COPY config/marketplaces.toml /desk/config/marketplaces.toml
USER 10001
WORKDIR /desk
# What is in the folder data is yours to keep: mount a volume there, unless DATABASE_URL names a PostgreSQL.
VOLUME /desk/data
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=3000 LOG_FORMAT=json
EXPOSE 3000
# Healthy is who is ready: Slack, the store and the outbox. Nothing is sent but a request to itself.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
