// Requests as they arrive, and one of them in full.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { attempt, clearRequests, show } from "./actions.js";
import { asCurl, asFetch, readable, shortUrl, timeOf } from "./format.js";
import { state, update } from "./state.js";

const tone = (status) => (status < 300 ? "good" : status < 400 ? "other" : "bad");

function matching() {
  const words = state.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (one) => `${one.request.method} ${one.request.url} ${one.operationId} ${one.response.status} ${one.applied}`.toLowerCase();
  return words.length ? state.requests.filter((one) => words.every((word) => text(one).includes(word))) : state.requests;
}

function row(one) {
  const found = one.violations.length;
  return html`<tr class=${one.id === state.selected ? "selected" : ""}>
    <td class="time">${timeOf(one.request.loggedDateString)}</td>
    <td><span class="status ${tone(one.response.status)}">${one.response.status}</span></td>
    <td><button class="link" aria-expanded=${one.id === state.selected} @click=${() => attempt(() => show(one.id === state.selected ? null : one.id))}>
      <b>${one.request.method}</b> ${shortUrl(one.request.url)}</button></td>
    <td>${one.operationId ?? "–"}</td>
    <td class="number">${one.durationMs.toFixed(1)}</td>
    <td>${found ? html`<span class="warn">${found}</span>` : nothing} ${one.applied ? html`<code>${one.applied}</code>` : nothing}
      ${one.deliberate ? html`<span class="warn" title="breaks the contract on purpose">deliberate</span>` : nothing}</td>
  </tr>`;
}

function headerTable(headers) {
  return html`<table class="headers">${Object.entries(headers).map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</table>`;
}

const copy = (text) => navigator.clipboard.writeText(text).then(
  () => update({ notice: "" }),
  () => update({ notice: "The browser does not allow copying; select the text instead." }),
);

function detail() {
  if (state.selected === null) return nothing;
  if (!state.detail) return html`<aside class="detail" aria-busy="true">Loading …</aside>`;
  const { exchange, stages } = state.detail;
  const { request, responseDefinition: response } = exchange;
  return html`<aside class="detail" aria-label="The request in full">
    <p class="tools">
      <button @click=${() => copy(asCurl(request))}>Copy as curl</button>
      <button @click=${() => copy(asFetch(request))}>Copy as fetch</button>
      <button @click=${() => attempt(() => show(null))}>Close</button>
    </p>
    <h2><b>${request.method}</b> ${request.absoluteUrl} → <span class="status ${tone(response.status)}">${response.status}</span></h2>
    ${exchange.violations.length ? html`<h3>Violations</h3><ul>${exchange.violations.map((one) => html`<li><code>${one.location}${one.pointer}</code> ${one.message}</li>`)}</ul>` : nothing}
    <h3>How it was decided</h3>
    <ol class="stages">${stages.map((one) => html`<li class=${one.verdict}><b>${one.stage}</b> ${one.decided}
      ${one.line ? html`<small>${one.source.split("/").at(-1)}:${one.line} <code>${one.pointer}</code></small>` : nothing}</li>`)}</ol>
    <h3>Request</h3>${headerTable(request.headers)}${request.body ? html`<pre tabindex="0">${readable(request.body)}</pre>` : nothing}
    <h3>Answer</h3>${headerTable(response.headers)}${response.body ? html`<pre tabindex="0">${readable(response.body)}</pre>` : nothing}
    <h3>As a command</h3><pre tabindex="0">${asCurl(request)}</pre>
  </aside>`;
}

export function requests() {
  const found = matching();
  return html`
    <div class="tools">
      <label>Filter <input type="search" .value=${state.filter} placeholder="429 getCampaignInfo" @input=${(event) => update({ filter: event.target.value })}></label>
      <button ?disabled=${!state.requests.length} @click=${() => attempt(clearRequests)}>Clear</button>
      <a href="/__admin/requests/har" download="mockserver.har">Download HAR</a>
    </div>
    <div class="columns">
      <div class="scroll" tabindex="0" role="region" aria-label="Requests">
        ${found.length
          ? html`<table class="list"><thead><tr><th scope="col">Time</th><th scope="col">Status</th><th scope="col">Request</th><th scope="col">Operation</th>
              <th scope="col" class="number">ms</th><th scope="col">Notes</th></tr></thead><tbody>${found.map(row)}</tbody></table>`
          : html`<p class="empty">${state.requests.length ? "No request matches the filter." : html`No request yet. Try one:<br>
              <code>curl -H 'Authorization: your_api_key_here' ${location.origin}/campaign-info</code>`}</p>`}
      </div>
      ${detail()}
    </div>`;
}
