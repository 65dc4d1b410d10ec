// The layer check is able to fail: each row is one small tree and what must be said of it (nothing: it is allowed).
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { checkLayers } from './layers.mjs';

const cases = [
  ['core/domain/reading.h', '"core/json/decoder.h"', /core\/domain includes .* nothing but itself/],
  ['core/domain/reading.h', '<rapidjson/document.h>', /RapidJSON is included in core\/json only/],
  ['core/domain/time.cpp', '<sys/time.h>', /this folder is pure/],
  ['core/domain/time.cpp', '<chrono>', null],
  ['core/json/decoder.cpp', '<rapidjson/reader.h>', null],
  ['core/json/decoder.cpp', '<fcntl.h>', /this folder is pure/],
  ['core/alerts/engine.cpp', '"core/store/database.h"', /core\/alerts includes/],
  ['core/store/sql_reading_store.cpp', '<soci/soci.h>', null],
  ['core/ingest/worker.cpp', '<soci/soci.h>', /SOCI is included in core\/store only/],
  ['core/ingest/worker.cpp', '"core/store/reading_store.h"', null],
  ['core/ingest/worker.cpp', '"core/store/sql_reading_store.h"', /concrete store or bus/],
  ['core/ingest/worker.cpp', '"core/bus/redis_event_bus.h"', /concrete store or bus/],
  ['core/ingest/worker.cpp', '"bridge/source.h"', /core\/ingest includes bridge/],
  ['core/store/session.cpp', '<hiredis/hiredis.h>', /hiredis is included in core\/bus only/],
  ['core/journal/segment.cpp', '<zlib.h>', null],
  ['core/journal/segment.cpp', '"core/ingest/worker.h"', /core\/journal includes/],
  ['core/runtime/log.cpp', '<spdlog/spdlog.h>', null],
  ['bridge/source.cpp', '<spdlog/spdlog.h>', /spdlog is included in core\/runtime only/],
  ['bridge/source.cpp', '<mqtt/async_client.h>', null],
  ['bridge/source.cpp', '"api/ws/hub.h"', /bridge includes api\/ws/],
  ['bridge/source.cpp', '<unistd.h>', null],
  ['api/rest/readings.cpp', '"bridge/commands.h"', /api\/rest includes bridge/],
  ['api/rest/readings.cpp', '<MQTTAsync.h>', /Paho is included in bridge only/],
  ['api/rest/readings.cpp', '<pistache/http.h>', /Pistache is included in api\/http only/],
  ['api/rest/readings.cpp', '"api/ws/hub.h"', /api\/rest includes api\/ws/],
  ['api/http/server.cpp', '"api/rest/readings.h"', /api\/http includes api\/rest/],
  ['api/http/server.cpp', '"message.h"', null],
  ['api/http/server.cpp', '"../rest/readings.h"', /api\/http includes api\/rest/],
  ['api/http/server.cpp', '<wslay/wslay.h>', /wslay is included in api\/ws only/],
  ['api/ws/loop.cpp', '<wslay/wslay.h>', null],
  ['api/ws/loop.cpp', '<sodium.h>', /libsodium is included in api\/auth only/],
  ['api/auth/token.cpp', '<sodium.h>', null],
  ['api/auth/token.cpp', '<CLI/CLI.hpp>', /CLI11 is included in cli only/],
  ['api/auth/token.cpp', '<gtest/gtest.h>', /GoogleTest is included in tests only/],
  ['api/auth/token.cpp', '<nlohmann/json.hpp>', /belongs to no library/],
  ['firmware/core/delivery.cpp', '"core/domain/mac.h"', /firmware includes/],
  ['firmware/core/delivery.cpp', '<unistd.h>', /this folder is pure/],
  ['firmware/esp32/network.cpp', '<WiFi.h>', null],
  ['cli/serve.cpp', '"core/store/sql_reading_store.h"', null],
  ['cli/serve.cpp', '"api/rest/readings.h"', null],
  ['tests/unit/worker_test.cpp', '<gtest/gtest.h>', null],
  ['core/unknown/thing.cpp', '<vector>', /in no layer/],
];

for (const [path, include, expected] of cases) {
  test(`${path} with ${include}: ${expected ? 'refused' : 'allowed'}`, (context) => {
    const root = mkdtempSync(join(tmpdir(), 'fajma-layers-'));
    context.after(() => rmSync(root, { recursive: true }));
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), `// A comment that names ${include}.\n\n#include ${include}\n`);

    const found = checkLayers(root);

    assert.equal(found.length, expected ? 1 : 0, JSON.stringify(found));
    if (!expected) return;
    assert.match(found[0].rule, expected);
    assert.ok(found[0].instead.length > 20, 'says what to do instead');
    assert.equal(`${found[0].path}:${found[0].line}`, `${path}:${/no layer/.test(found[0].rule) ? 1 : 3}`);
  });
}
