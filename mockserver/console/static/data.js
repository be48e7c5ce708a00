// The organisation that the session shows: users, campaigns, and the curve of its days.

import { html } from "./vendor/lit-html/lit-html.js";
import { attempt, readData } from "./actions.js";
import { number } from "./format.js";
import { state } from "./state.js";

const PAGE = 10;
let chart = null;
let drawn = null;

export function data() {
  const found = state.data;
  if (!found) return html`<p class="state" aria-busy="true">Loading …</p>`;
  const { users, routines, total, offset, user } = found;
  const last = Math.min(offset + PAGE, total);
  return html`
    <div class="tools"><label>User <select @change=${(event) => attempt(() => readData({ user: event.target.value }))}>
      <option value="">everybody</option>
      ${users.map((one) => html`<option value=${one.linkedin_user_information_id} ?selected=${one.linkedin_user_information_id === user}>${one.name}</option>`)}
    </select></label></div>
    <section aria-labelledby="days"><h2 id="days">New members by day</h2>
      ${found.days.length ? html`<div id="chart" role="img" aria-label=${`${found.days.length} days, at most ${Math.max(...found.days.map((day) => day.count_data))} a day`}></div>` : html`<p class="empty">No figures in this organisation.</p>`}
    </section>
    <section aria-labelledby="routines"><h2 id="routines">Campaigns</h2>
      ${total ? html`<div class="scroll" tabindex="0" role="region" aria-label="Campaigns"><table><thead><tr><th scope="col">Name</th><th scope="col">Owner</th><th scope="col">Type</th><th scope="col">Status</th><th scope="col">Created</th><th scope="col" class="number">Members</th></tr></thead>
        <tbody>${routines.map((one) => html`<tr><td dir="auto">${one.linkedin_campaign_routine.campaign_name}</td><td dir="auto">${one.linkedin_user.name}</td>
          <td>${one.linkedin_campaign_routine.campaign_type}</td><td>${one.linkedin_campaign_routine.campaign_status}</td><td>${one.linkedin_campaign_routine.created_at}</td><td class="number">${number(one.member_count)}</td></tr>`)}</tbody></table></div>
        <p class="tools"><button ?disabled=${offset === 0} @click=${() => attempt(() => readData({ user, offset: Math.max(0, offset - PAGE) }))}>Newer</button>
          ${number(offset + 1)}–${number(last)} of ${number(total)}
          <button ?disabled=${last >= total} @click=${() => attempt(() => readData({ user, offset: offset + PAGE }))}>Older</button></p>` : html`<p class="empty">No campaign in this organisation.</p>`}
    </section>
    <section aria-labelledby="users"><h2 id="users">Users</h2>
      <div class="scroll" tabindex="0" role="region" aria-label="Users"><table><thead><tr><th scope="col">Name</th><th scope="col">E-mail</th><th scope="col">Is</th><th scope="col">Id</th></tr></thead>
      <tbody>${users.map((one) => html`<tr><td dir="auto">${one.name}</td><td>${one.email}</td><td>${one.status}</td><td><code>${one.linkedin_user_information_id}</code></td></tr>`)}</tbody></table></div></section>`;
}

/** Draw the curve after the page was drawn, once for each reading. */
export function drawChart() {
  const place = document.querySelector("#chart");
  if (!place) {
    chart?.destroy();
    chart = drawn = null;
    return;
  }
  if (drawn === state.data.days && place.firstChild) return;
  chart?.destroy();
  drawn = state.data.days;
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("color");
  const axis = { stroke: ink, grid: { stroke: "#8884" } };
  chart = new uPlot(
    {
      width: place.clientWidth || 600,
      height: 220,
      axes: [axis, axis],
      series: [{}, { label: "new members", stroke: "#3b82f6", width: 2, points: { show: false } }],
    },
    withGaps(drawn),
    place,
  );
}

/** The series with a hole where days without figures lie, so that no line bridges them. */
function withGaps(days) {
  const [times, counts] = [[], []];
  for (const day of days) {
    const time = Date.parse(day.date) / 1000;
    if (times.length && time - times.at(-1) > 86400) {
      times.push(times.at(-1) + 86400);
      counts.push(null);
    }
    times.push(time);
    counts.push(day.count_data);
  }
  return [times, counts];
}
