// Both windows as bars that drain, with the seconds until they are full again.

import { html } from "./vendor/lit-html/lit-html.js";
import { number, span } from "./format.js";
import { state } from "./state.js";

const SECONDS = { minute: 60, day: 86400 };

/** The mock's clock now, in seconds: the last reading, and what has passed since. */
export function mockNow() {
  if (!state.clock) return null;
  const read = Date.parse(state.clock.now) / 1000;
  return state.clock.frozen ? read : read + (performance.now() - state.clock.at) / 1000;
}

function bar(name) {
  const now = mockNow();
  const length = SECONDS[name];
  const limit = state.limits[name] ?? 0;
  const isSameWindow = state.left && now !== null && Math.floor(now / length) === Math.floor(state.left.at / length);
  const left = isSameWindow ? state.left[name] : limit;
  const wait = now === null ? 0 : Math.ceil(length - (now % length));
  const text = `${number(left)} of ${number(limit)} left this ${name}, full again in ${span(wait)}`;
  return html`<label class="window">${name}
    <meter min="0" max=${limit} low=${limit / 4} optimum=${limit} value=${left} title=${text}></meter>
    <span>${number(left)} / ${number(limit)} · ${span(wait)}</span></label>`;
}

export const bars = () => html`<div class="windows" aria-label="Requests left, as the newest answer told" role="group">${bar("minute")}${bar("day")}</div>`;
