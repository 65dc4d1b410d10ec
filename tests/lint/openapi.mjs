// api/openapi.yaml describes each route of tests/data/roles.txt, which the tests hold against the server's own table, and
// no other. `node openapi.mjs [ROOT]` checks a tree.
import { resolve } from 'node:path';
import { lines, projectRoot, report } from './sources.mjs';

const document = 'api/openapi.yaml';
const table = 'tests/data/roles.txt';

// "GET /api/iot/" → its line. Only the indentation of paths and methods is looked at.
function describedRoutes(root) {
  const routes = new Map();
  let path = '';
  for (const [index, line] of lines(root, document).entries()) {
    path = /^ {2}(\/[^:]*):/.exec(line)?.[1] ?? (/^\S/.test(line) ? '' : path);
    const method = /^ {4}(get|post|put|patch|delete):/.exec(line)?.[1];
    if (path && method) routes.set(`${method.toUpperCase()} ${path}`, index + 1);
  }
  return routes;
}

function servedRoutes(root) {
  const rows = lines(root, table).map((line, index) => [/^([A-Z]+ \S+): /.exec(line)?.[1], index + 1]);
  return new Map(rows.filter(([route]) => route));
}

export function check(root) {
  const described = describedRoutes(root);
  const served = servedRoutes(root);
  const missing = [...served].filter(([route]) => !described.has(route));
  const invented = [...described].filter(([route]) => !served.has(route));
  return [
    ...missing.map(([route, line]) => ({ path: table, line, rule: `${route} is not described`, instead: `add it to ${document}` })),
    ...invented.map(([route, line]) => ({ path: document, line, rule: `${route} is not served`, instead: 'remove it, or add the route' })),
  ];
}

report('openapi', check(resolve(process.argv[2] ?? projectRoot)));
