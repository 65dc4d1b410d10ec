// The page's few icons, drawn here so that nothing is fetched. Always beside a text, hence hidden from readers.

const PATHS = {
  pulse: "M2 12h4l2.5-7 4 14 3-9 1.5 2H22",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5l3.5 2",
  unplugged: "M3 3l18 18M9 5.5A9 9 0 0 1 21 9M3 9a13 13 0 0 1 3-2M6 13a8 8 0 0 1 4-2m4 .3a8 8 0 0 1 4 1.7M12 18h.01",
  waves: "M3 9a13 13 0 0 1 18 0M6 13a8 8 0 0 1 12 0M9 16.5a4 4 0 0 1 6 0M12 20h.01",
  refresh: "M20 11a8 8 0 1 0-1.5 6M20 4v7h-7",
  emergency: "M8 2h8l6 6v8l-6 6H8l-6-6V8Zm4 5v6m0 4h.01",
  critical: "M12 3 1.8 20.5h20.4ZM12 10v5m0 3h.01",
  warning: "M12 2.5 21.5 12 12 21.5 2.5 12ZM12 8v5m0 3h.01",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 8v6m0-10h.01",
  check: "M4 12.5 9.5 18 20 6.5",
  silent: "M6 9a6 6 0 0 1 9-4.5M18 10c0 4 1 6 2 7H8M6 12c-.3 2.6-1 4.2-2 5M10.5 20.5a2 2 0 0 0 3 0M3 3l18 18",
  heard: "M6 10a6 6 0 0 1 12 0c0 4 1 6 2 7H4c1-1 2-3 2-7m4.5 10.5a2 2 0 0 0 3 0",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20a7.5 6 0 0 1 15 0",
  comment: "M4 5h16v11H11l-4 4v-4H4Z",
  device: "M7 7h10v10H7ZM10 3v4m4-4v4m-4 10v4m4-4v4M3 10h4m-4 4h4m10-4h4m-4 4h4",
  ended: "M2 12h6l2-5 2 5h1M16 16l5-5m0 5-5-5",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  battery: "M3 8h15v8H3Zm18 3v2",
  out: "M10 4H5v16h5M14 8l4 4-4 4m4-4H9",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
