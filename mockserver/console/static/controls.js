// What the next answers are: scenarios, single answers, latency, clock, keys.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { addRule, attempt, createKey, isLatency, moveClock, play, removeRule, reset, setLatency, switchKey } from "./actions.js";
import { mockNow } from "./limits.js";
import { state, update } from "./state.js";

const FAULTS = ["EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK", "RANDOM_DATA_THEN_CLOSE", "CONNECTION_RESET_BY_PEER"];

function scenarios() {
  const playing = state.castFor ? state.casts[state.castFor] : state.playing;
  return html`<section aria-labelledby="scenarios"><h2 id="scenarios">Scenario</h2>
    <label>for <select @change=${(event) => update({ castFor: event.target.value })}>
      <option value="">everybody</option>
      ${state.keys.map((key) => html`<option value=${key.hash} ?selected=${key.hash === state.castFor}>key ${key.hash} ${key.description}</option>`)}
    </select></label>
    <div class="choices">${state.scenarios.map(
      (one) => html`<button aria-pressed=${one.name === playing} title=${one.description} @click=${() => attempt(() => play(one.name))}>${one.name}</button>`,
    )}</div>
    <p class="hint">${state.scenarios.find((one) => one.name === playing)?.description ?? "Nothing special is played."}</p>
  </section>`;
}

function arm(event) {
  event.preventDefault();
  const { operation, status, times } = Object.fromEntries(new FormData(event.target));
  const answer = FAULTS.includes(status) ? { fault: status } : { status: Number(status) };
  attempt(() => addRule({ operation: operation || null, times: Number(times), priority: 1, answers: [answer] }));
}

function told(rule) {
  const answers = rule.answers.map((one) => one.fault ?? one.status ?? (one.delay !== undefined ? "delay" : "plain")).join(", ");
  return `${rule.operation ?? "any operation"} → ${answers}${rule.times ? `, ${rule.times} ×` : ""}`;
}

function nextAnswer() {
  const statuses = [...new Set(state.operations.flatMap((one) => one.statuses))].sort();
  const rules = state.rules.filter((rule) => !isLatency(rule));
  return html`<section aria-labelledby="next"><h2 id="next">Next answer</h2>
    <form @submit=${arm}>
      <label>of <select name="operation"><option value="">any operation</option>${state.operations.map((one) => html`<option>${one.id}</option>`)}</select></label>
      <label>is <select name="status">${statuses.map((one) => html`<option ?selected=${one === "500"}>${one}</option>`)}${FAULTS.map((one) => html`<option>${one}</option>`)}</select></label>
      <label>for <input name="times" type="number" min="1" max="1000" value="1"> requests</label>
      <button>Set</button>
    </form>
    ${rules.length ? html`<ul class="rules">${rules.map((rule) => html`<li>${told(rule)}
      <button aria-label="Remove: ${told(rule)}" @click=${() => attempt(() => removeRule(rule.id))}>Remove</button></li>`)}</ul>` : nothing}
    <label class="slider">Latency <input type="range" min="0" max="5000" step="100" .value=${String(state.latency)}
      @change=${(event) => attempt(() => setLatency(Number(event.target.value)))}> <output>${state.latency} ms</output></label>
  </section>`;
}

function clock() {
  const now = mockNow();
  return html`<section aria-labelledby="clock"><h2 id="clock">Clock</h2>
    <p class="clock"><time>${now === null ? "–" : new Date(now * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC</time>${state.clock?.frozen ? " frozen" : ""}</p>
    <div class="choices">
      <button @click=${() => attempt(() => moveClock({ advance_s: 60 }))}>+1 minute</button>
      <button @click=${() => attempt(() => moveClock({ advance_s: 86400 }))}>+1 day</button>
      <button aria-pressed=${Boolean(state.clock?.frozen)} @click=${() => attempt(() => moveClock({ freeze: !state.clock?.frozen }))}>Freeze</button>
    </div>
  </section>`;
}

function keys() {
  return html`<section aria-labelledby="keys" class="wide"><h2 id="keys">Keys</h2>
    <div class="choices">
      <button @click=${() => attempt(() => createKey("member"))}>Create a member's key</button>
      <button @click=${() => attempt(() => createKey("admin"))}>Create an administrator's key</button>
    </div>
    ${state.newKey ? html`<p role="status">New key, shown this once: <code class="new-key">${state.newKey}</code></p>` : nothing}
    <div class="scroll" tabindex="0" role="region" aria-label="Keys"><table><thead><tr><th scope="col">Hash</th><th scope="col">Role</th><th scope="col">Is</th><th scope="col">Description</th><th scope="col">Change</th></tr></thead>
    <tbody>${state.keys.map((key) => html`<tr><td><code>${key.hash}</code></td><td>${key.role}</td><td>${key.state}</td><td>${key.description}</td>
      <td><button aria-label="${key.state === "active" ? "Deactivate" : "Activate"} ${key.hash}" @click=${() => attempt(() => switchKey(key.hash, key.state !== "active"))}>${key.state === "active" ? "Deactivate" : "Activate"}</button></td></tr>`)}</tbody></table></div>
  </section>`;
}

export const controls = () => html`<div class="grid">${scenarios()}${nextAnswer()}${clock()}
  <section aria-labelledby="reset"><h2 id="reset">Start over</h2>
    <p class="hint">Keys, counters, journal, scenario, rules and clock as at the start of this session.</p>
    <button @click=${() => attempt(reset)}>Reset</button></section>${keys()}</div>`;
