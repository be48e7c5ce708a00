// A table of campaigns with every state that the API can put it into. No framework, no build step.

const query = new URLSearchParams(location.search);
const API = query.get("api") ?? "http://127.0.0.1:4010/social_app/api/v1/third_party";
const PAGE_SIZE = 10;

const form = document.querySelector("#settings");
const notice = document.querySelector("#notice");
const list = document.querySelector("#list");
const rows = list.querySelector("tbody");
let offset = 0;
let countdown = 0;

form.key.value = query.get("key") ?? "your_api_key_here";

/** What stood in the way of an answer, in words for people, and after how many seconds it may be tried again. */
class Trouble extends Error {
  constructor(message, waitSeconds = null) {
    super(message);
    this.waitSeconds = waitSeconds;
  }
}

async function get(path, parameters) {
  const url = new URL(`${API}${path}`);
  for (const [name, value] of Object.entries(parameters)) if (value !== "") url.searchParams.append(name, value);
  let response;
  let body;
  try {
    response = await fetch(url, { headers: { Authorization: form.key.value } });
    body = await response.json();
  } catch {
    throw new Trouble("The server cannot be reached, or broke off. Try again.");
  }
  if (response.ok) return body.data;
  if (response.status === 429) throw new Trouble("Too many requests.", Number(response.headers.get("Retry-After")));
  if (response.status === 401) throw new Trouble("Your session has expired. Enter your API key again.");
  if (response.status === 400) throw new Trouble(`The request was refused: ${body.data.error}`);
  throw new Trouble("The server has a problem. Try again later.");
}

async function load() {
  clearInterval(countdown);
  list.ariaBusy = "true";
  try {
    const [page, dashboard] = await Promise.all([
      get("/campaign-info", { limit: PAGE_SIZE, offset, campaign_status: form.status.value }),
      get("/dashboard-info", {}),
    ]);
    notice.hidden = true;
    showRows(page);
    showChart(dashboard.campaign_member_info.data);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    showTrouble(trouble);
  } finally {
    list.ariaBusy = "false";
  }
}

function showRows({ campaign_info: items, pagination, total_campaign_routines_count: total }) {
  rows.replaceChildren(...items.map((item) => {
    const routine = item.linkedin_campaign_routine;
    const row = document.createElement("tr");
    // textContent: a name may hold anything, markup too.
    row.append(...[routine.campaign_name, item.linkedin_user.name, routine.campaign_type, routine.campaign_status].map(cell),
      ...[item.member_count, `${item.connection_percentage} %`, `${item.response_rate} %`].map(numberCell));
    return row;
  }));
  document.querySelector("#empty").hidden = items.length > 0;
  document.querySelector("#page").value = items.length ? `Page ${pagination.current_page} of ${pagination.total_pages}, ${total} in all` : "";
  document.querySelector("#previous").disabled = pagination.prev_page_url === null;
  document.querySelector("#next").disabled = pagination.next_page_url === null;
}

function cell(text) {
  const made = document.createElement("td");
  made.dir = "auto";
  made.textContent = text;
  return made;
}

function numberCell(text) {
  const made = cell(text);
  made.className = "number";
  return made;
}

function showChart(days) {
  const figure = document.querySelector("#chart");
  if (days.length === 0) {
    figure.textContent = "No figures yet.";
    return;
  }
  const most = Math.max(...days.map((day) => day.count_data), 1);
  const shown = days.slice(-60);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${shown.length} 100`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `New members on ${shown.length} days, at most ${most} a day`);
  shown.forEach((day, place) => {
    const height = (100 * day.count_data) / most;
    const bar = document.createElementNS(svg.namespaceURI, "rect");
    for (const [name, value] of Object.entries({ x: place + 0.1, y: 100 - height, width: 0.8, height })) bar.setAttribute(name, value);
    const title = document.createElementNS(svg.namespaceURI, "title");
    title.textContent = `${day.date}: ${day.count_data}`;
    bar.append(title);
    svg.append(bar);
  });
  figure.replaceChildren(svg);
}

function showTrouble(trouble) {
  notice.hidden = false;
  notice.textContent = trouble.message;
  if (trouble.waitSeconds === null) return;
  let left = trouble.waitSeconds;
  const tick = () => {
    notice.textContent = `${trouble.message} Next try in ${left} s.`;
    if (left-- <= 0) load();
  };
  tick();
  countdown = setInterval(tick, 1000);
}

form.addEventListener("submit", (event) => { event.preventDefault(); offset = 0; load(); });
document.querySelector("#previous").addEventListener("click", () => { offset = Math.max(0, offset - PAGE_SIZE); load(); });
document.querySelector("#next").addEventListener("click", () => { offset += PAGE_SIZE; load(); });
load();
