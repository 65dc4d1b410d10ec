import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { STALE_AFTER_MS } from "../freshness";
import { HISTORY_MS, type History } from "../ward";

const WIDTH = 68;
const HEIGHT = 26;
/** The window slides on at least this often when nothing new comes. */
const SLIDE_MS = 5_000;

interface Props {
  histories: readonly History[];
  /** Server time, ms. */
  now: number;
  minSpan: number;
  isLive: boolean;
}

/** The last five minutes up to now: a line that ends before the right edge has ended. */
export function Sparkline({ histories, now, minSpan, isLive }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawn = useRef({ now: 0, key: "" });
  const count = histories.length;

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const created = new uPlot(optionsFor(count, minSpan, () => getComputedStyle(element).color), [[]], element);
    plot.current = created;
    drawn.current = { now: 0, key: "" };
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = (): void => created.redraw(false);
    scheme.addEventListener("change", redraw);
    return () => {
      scheme.removeEventListener("change", redraw);
      created.destroy();
      plot.current = null;
    };
  }, [count, minSpan]);

  useEffect(() => {
    const key = `${isLive} ${histories.map((one) => `${one.times.length}:${one.times[one.times.length - 1]}:${one.times[0]}`).join(" ")}`;
    if (!plot.current || (key === drawn.current.key && now - drawn.current.now < SLIDE_MS)) return;
    drawn.current = { now, key };
    const from = (now - HISTORY_MS) / 1000;
    plot.current.batch(() => {
      plot.current?.setData(alignHistories(histories), false);
      plot.current?.setScale("x", { min: from, max: now / 1000 });
    });
  });

  return <div className="spark" ref={host} aria-hidden="true" />;
}

/** One time axis for all lines, in seconds, with a hole wherever nothing came for the staleness time. */
export function alignHistories(histories: readonly History[]): uPlot.AlignedData {
  const times = [...new Set(histories.flatMap((one) => one.times))].sort((a, b) => a - b);
  const holes = times.flatMap((time, i) => (i > 0 && time - times[i - 1]! > STALE_AFTER_MS ? [times[i - 1]! + 1] : []));
  const axis = [...times, ...holes].sort((a, b) => a - b);
  const lines = histories.map((one) => {
    const byTime = new Map(one.times.map((time, i) => [time, one.values[i]!]));
    // undefined joins (the other line's point), null breaks (a hole).
    const isHole = new Set(holes);
    return axis.map((time) => byTime.get(time) ?? (isHole.has(time) ? null : undefined));
  });
  return [axis.map((time) => time / 1000), ...lines] as uPlot.AlignedData;
}

function optionsFor(count: number, minSpan: number, color: () => string): uPlot.Options {
  return {
    width: WIDTH,
    height: HEIGHT,
    padding: [3, 2, 3, 2],
    cursor: { show: false },
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: false },
      y: { range: (_plot, min, max) => spanOf(min, max, minSpan) },
    },
    series: [{}, ...Array.from({ length: count }, (): uPlot.Series => ({ stroke: color, width: 1.5, points: { show: false } }))],
  };
}

function spanOf(min: number | null, max: number | null, minSpan: number): [number, number] {
  if (min === null || max === null) return [0, minSpan];
  const spare = Math.max(0, minSpan - (max - min)) / 2;
  return [min - spare, max + spare];
}
