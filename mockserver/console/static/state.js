// What the page knows, and who draws it.

export const state = {
  session: "default",
  connection: "connecting",
  tab: "requests",
  requests: [],
  selected: null, // id of the request that is shown
  detail: null, // { exchange, stages }
  filter: "",
  clock: null, // { now, frozen, at: performance.now() of the reading }
  limits: { minute: 100, day: 5000 },
  left: null, // { minute, day, at: moment on the mock's clock }
  scenarios: [],
  playing: "",
  casts: {},
  castFor: "",
  rules: [],
  latency: 0,
  keys: [],
  newKey: "",
  sessions: ["default"],
  operations: [], // { id, statuses }
  data: null, // { users, routines, total, offset, user, days }
  notice: "",
};

const MOST = 500;
let draw = () => {};

export function onChange(listener) {
  draw = listener;
}

/** Change some of it and draw. */
export function update(changes) {
  Object.assign(state, changes);
  draw();
}

/** Put a request on top of the list. */
export function addRequest(request) {
  if (state.requests.some((known) => known.id === request.id)) return;
  update({ requests: [request, ...state.requests].slice(0, MOST) });
}
