// The control API from the page: one function to ask, one to listen.

const ADMIN = "/__admin";

/** What the control API refused, in its own words. */
export class Refused extends Error {}

function urlOf(path, session, query = {}) {
  const url = new URL(ADMIN + path, location.origin);
  const all = session && session !== "default" ? { ...query, session } : query;
  for (const [name, value] of Object.entries(all)) if (value !== "" && value !== undefined) url.searchParams.set(name, value);
  return url;
}

/** Ask one operation; `body` undefined sends none. */
export async function ask(method, path, { body, session, query } = {}) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  let response;
  try {
    response = await fetch(urlOf(path, session, query), { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Refused("The mock server does not answer.");
  }
  const document = await response.json();
  if (!response.ok) throw new Refused(document.detail ?? document.title ?? `The control API answered ${response.status}.`);
  return document;
}

/** Listen to the journal; returns a function that ends it. */
export function listen(session, { onRequest, onState }) {
  const source = new EventSource(urlOf("/requests/events", session));
  source.addEventListener("open", () => onState("live"));
  source.addEventListener("error", () => onState("disconnected"));
  source.addEventListener("request", (event) => onRequest(JSON.parse(event.data)));
  return () => source.close();
}
