# Two images: `fajma` (the default), the server; `broker`, the Mosquitto that it is tested with.

FROM debian:bookworm AS build
WORKDIR /src
# The packages first: they are downloaded again only when their list changes.
COPY dev ./
COPY cmake/debian-packages.txt cmake/
RUN ./dev install-missing build page
COPY . .
RUN ./dev build && strip build/release/fajma

FROM debian:bookworm-slim AS broker
RUN apt-get update \
 && apt-get install -y --no-install-recommends mosquitto \
 && rm -rf /var/lib/apt/lists/*
COPY mosquitto/mosquitto.conf mosquitto/acl /etc/mosquitto/
USER mosquitto
EXPOSE 1883 1884
VOLUME /var/lib/mosquitto
# A connection is answer enough: asking more would need a password.
HEALTHCHECK --interval=10s --timeout=3s CMD ["bash", "-c", "</dev/tcp/127.0.0.1/1884"]
CMD ["mosquitto", "-c", "/etc/mosquitto/mosquitto.conf"]

FROM debian:bookworm-slim AS fajma
# A fixed id, so that the files of a volume keep their owner from one image to the next.
RUN useradd --system --uid 10001 --home-dir /var/lib/fajma --create-home fajma
WORKDIR /opt/fajma
COPY dev ./
COPY cmake/debian-packages.txt cmake/
RUN ./dev install-missing image && rm -rf dev cmake /var/lib/apt/lists/*
COPY --from=build /src/build/release/fajma ./
COPY --from=build /src/build/release/web ./web/
USER fajma
ENV FAJMA_HTTP_ADDRESS=0.0.0.0:8000 FAJMA_DATA_DIR=/var/lib/fajma
EXPOSE 8000
VOLUME /var/lib/fajma
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8000/health/ready"]
ENTRYPOINT ["/opt/fajma/fajma"]
CMD ["serve"]
