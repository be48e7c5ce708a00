// The page: head, tabs, and the panel of the tab.

import { html, nothing, render } from "./vendor/lit-html/lit-html.js";
import { attempt, chooseSession, readData, start } from "./actions.js";
import { controls } from "./controls.js";
import { data, drawChart } from "./data.js";
import { bars } from "./limits.js";
import { requests } from "./requests.js";
import { onChange, state, update } from "./state.js";

const TABS = [
  ["requests", "Requests", requests],
  ["controls", "Controls", controls],
  ["data", "Data", data],
  ["reference", "Reference", () => html`<iframe title="API reference" src="/__admin/reference"></iframe>`],
];
const WORDS = { connecting: "connecting …", live: "live", disconnected: "disconnected, trying again …" };

function choose(tab) {
  update({ tab });
  if (tab === "data" && !state.data) attempt(readData);
}

function turn(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const names = TABS.map(([name]) => name);
  const next = names[(names.indexOf(state.tab) + step + names.length) % names.length];
  choose(next);
  document.querySelector(`#tab-${next}`).focus();
}

function page() {
  const [, , panel] = TABS.find(([name]) => name === state.tab);
  return html`
    <header>
      <h1>mockserver</h1>
      <span role="status" class="connection ${state.connection}">${WORDS[state.connection]}</span>
      <label>Session
        <select @change=${(event) => attempt(() => chooseSession(event.target.value))}>
          ${state.sessions.map((name) => html`<option ?selected=${name === state.session}>${name}</option>`)}
        </select>
      </label>
      ${bars()}
    </header>
    <div role="tablist" aria-label="Views" @keydown=${turn}>
      ${TABS.map(
        ([name, title]) => html`<button role="tab" id="tab-${name}" aria-controls="panel" aria-selected=${name === state.tab}
          tabindex=${name === state.tab ? 0 : -1} @click=${() => choose(name)}>${title}</button>`,
      )}
    </div>
    ${state.notice ? html`<p role="alert">${state.notice}</p>` : nothing}
    <main id="panel" role="tabpanel" aria-labelledby="tab-${state.tab}" class=${state.tab} tabindex="-1">${panel()}</main>`;
}

const root = document.querySelector("#console");
function draw() {
  render(page(), root);
  drawChart();
}

root.replaceChildren();
onChange(draw);
draw();
setInterval(draw, 1000); // the bars drain by themselves
attempt(start);
