// Everything that the page does: each asks the control API and puts the answer into the state.

import { Refused, ask, listen } from "./api.js";
import { addRequest, state, update } from "./state.js";

let stopListening = () => {};
let refreshing = 0;

/** Do something; what is refused is told on the page instead of being lost. */
export async function attempt(work) {
  try {
    await work();
    if (state.notice) update({ notice: "" });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    update({ notice: error.message });
  }
}

const within = (options = {}) => ({ session: state.session, ...options });

export async function start() {
  const document = await (await fetch("/__admin/console/openapi.json")).json();
  const operations = Object.values(document.paths).flatMap((item) =>
    Object.values(item)
      .filter((operation) => operation?.operationId)
      .map((operation) => ({ id: operation.operationId, statuses: Object.keys(operation.responses).filter((status) => /^\d+$/.test(status)) })),
  );
  update({ operations });
  await attempt(reload);
  follow();
  setInterval(() => attempt(readClock), 5000);
}

/** Read everything anew, and listen from now on. */
export async function reload() {
  const [listed, sessions] = await Promise.all([ask("GET", "/requests", within({ query: { limit: 200 } })), ask("GET", "/sessions")]);
  const session = sessions.sessions.find((one) => one.name === state.session) ?? sessions.sessions[0];
  update({
    requests: listed.requests,
    sessions: sessions.sessions.map((one) => one.name),
    session: session.name,
    limits: session.limits,
  });
  readLeft(listed.requests[0]);
  await Promise.all([readClock(), readScenarios(), readRules(), readKeys()]);
}

export function follow() {
  stopListening();
  stopListening = listen(state.session, {
    onState(connection) {
      const returned = connection === "live" && state.connection === "disconnected";
      update({ connection });
      if (returned) attempt(reload);
    },
    onRequest(request) {
      addRequest(request);
      // The event has no headers; the newest entry has, and many events need it once.
      clearTimeout(refreshing);
      refreshing = setTimeout(() => attempt(readNewest), 120);
    },
  });
}

async function readNewest() {
  const { requests } = await ask("GET", "/requests", within({ query: { limit: 1 } }));
  readLeft(requests[0]);
}

function readLeft(exchange) {
  if (!exchange) return update({ left: null });
  const headers = Object.fromEntries(Object.entries(exchange.responseDefinition.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const figure = (which, window) => Number(headers[`x-ratelimit-${which}-${window}`]);
  if (Number.isNaN(figure("remaining", "minute"))) return;
  update({
    left: { minute: figure("remaining", "minute"), day: figure("remaining", "day"), at: exchange.request.loggedDate / 1000 },
    limits: { minute: figure("limit", "minute"), day: figure("limit", "day") },
  });
}

export async function readClock() {
  const clock = await ask("GET", "/clock", within());
  update({ clock: { ...clock, at: performance.now() } });
}

export async function moveClock(change) {
  const clock = await ask("POST", "/clock", within({ body: change }));
  update({ clock: { ...clock, at: performance.now() } });
}

async function readScenarios() {
  const { scenarios, playing, keys } = await ask("GET", "/scenarios", within());
  update({ scenarios, playing, casts: keys });
}

export async function play(name) {
  const body = state.castFor ? { key_hash: state.castFor } : {};
  const isPlaying = !state.castFor && state.playing === name;
  const answer = isPlaying
    ? await ask("DELETE", "/scenarios", within())
    : await ask("POST", `/scenarios/${encodeURIComponent(name)}`, within({ body }));
  update({ playing: answer.playing, casts: answer.keys, data: null });
}

async function readRules() {
  const { rules } = await ask("GET", "/rules", within());
  const slow = rules.find(isLatency);
  update({ rules, latency: slow ? slow.answers[0].delay : 0 });
}

export async function addRule(rule) {
  await ask("POST", "/rules", within({ body: rule }));
  await readRules();
}

export async function removeRule(id) {
  await ask("DELETE", `/rules/${encodeURIComponent(id)}`, within());
  await readRules();
}

/** The rule that the slider keeps: it comes last, so that it never hides another. */
export const isLatency = (rule) => rule.priority === 1000 && rule.answers.length === 1 && typeof rule.answers[0].delay === "number";

export async function setLatency(delay) {
  for (const rule of state.rules.filter(isLatency)) await ask("DELETE", `/rules/${rule.id}`, within());
  if (delay > 0) await ask("POST", "/rules", within({ body: { priority: 1000, answers: [{ delay }] } }));
  await readRules();
}

async function readKeys() {
  const { keys } = await ask("GET", "/keys", within());
  update({ keys });
}

export async function createKey(role) {
  const { key } = await ask("POST", "/keys", within({ body: { role } }));
  update({ newKey: key });
  await readKeys();
}

export async function switchKey(hash, active) {
  await ask("PATCH", `/keys/${encodeURIComponent(hash)}`, within({ body: { active } }));
  await readKeys();
}

export async function show(id) {
  if (id === null) return update({ selected: null, detail: null });
  update({ selected: id, detail: null });
  const path = `/requests/${encodeURIComponent(id)}`;
  const [exchange, explained] = await Promise.all([ask("GET", path, within()), ask("GET", `${path}/explain`, within())]);
  if (state.selected === id) update({ detail: { exchange, stages: explained.stages } });
}

export async function clearRequests() {
  await ask("DELETE", "/requests", within());
  update({ requests: [], selected: null, detail: null });
}

export async function reset() {
  await ask("POST", "/reset", within({ body: {} }));
  update({ selected: null, detail: null, newKey: "", data: null });
  await reload();
}

export async function chooseSession(session) {
  update({ session, selected: null, detail: null, newKey: "", data: null });
  await reload();
  follow();
}

export async function readData({ offset = 0, user = "" } = {}) {
  const [{ users }, page, days] = await Promise.all([
    ask("GET", "/data", within()),
    ask("GET", "/data/routines", within({ query: { offset, limit: 10, user } })),
    ask("GET", "/data/days", within({ query: { user } })),
  ]);
  update({ data: { users, routines: page.routines, total: page.total, days: days.days, offset, user } });
}
