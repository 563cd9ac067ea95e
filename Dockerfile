# The page over an archive in the volume /data; on an empty volume it begins with the sample articles.
#   docker build -t dateline . && docker run --rm -p 127.0.0.1:7860:7860 -v dateline:/data dateline
# Your own articles: docker run --rm -v dateline:/data -v "$PWD/news:/news" dateline ingest /news
FROM python:3.11-slim AS build
# For Milvus and Ray: docker build --build-arg EXTRAS=formats,mcp,postgresql,metrics,otel,milvus,ray -t dateline .
ARG EXTRAS=formats,mcp,postgresql,metrics,otel
WORKDIR /src
RUN python -m venv /opt/dateline
# PyTorch first, in its CPU build: asked for by another package it would bring CUDA along.
RUN /opt/dateline/bin/pip install --no-cache-dir torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY embeddings embeddings
COPY rag rag
COPY seeds seeds
RUN /opt/dateline/bin/pip install --no-cache-dir -c constraints.txt ".[$EXTRAS]"

FROM python:3.11-slim
RUN useradd --create-home dateline && mkdir /data && chown dateline /data
COPY --from=build /opt/dateline /opt/dateline
USER dateline
# The container's own address is open to whoever can reach the published port: publish it on
# 127.0.0.1, as above, or name accounts (DATELINE_AUTH=/data/users.json) and drop DATELINE_ALLOW_OPEN.
ENV PATH=/opt/dateline/bin:$PATH \
    DATELINE_ARCHIVE=/data/archive \
    DATELINE_HOST=0.0.0.0 \
    DATELINE_ALLOW_OPEN=1 \
    XDG_CACHE_HOME=/data/cache
WORKDIR /data
VOLUME /data
EXPOSE 7860
ENTRYPOINT ["dateline"]
CMD ["serve"]
