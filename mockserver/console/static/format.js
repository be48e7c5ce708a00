// Requests as commands, moments and figures as text.

const KEY = "your_api_key_here";

/** Headers that a copied command needs: what the client chose, not what its library added. */
function headersOf(request) {
  const kept = Object.entries(request.headers).filter(([name]) => /^(authorization|content-type|prefer|accept)$/i.test(name));
  return kept
    .filter(([name, value]) => !(name === "accept" && value === "*/*"))
    .map(([name, value]) => [name, name === "authorization" ? KEY : value]);
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The request as a curl command; the key stands as the documented one. */
export function asCurl(request) {
  const parts = ["curl", "-X", request.method, ...headersOf(request).flatMap(([name, value]) => ["-H", quoted(`${name}: ${value}`)])];
  if (request.body) parts.push("--data-raw", quoted(request.body));
  return [...parts, quoted(request.absoluteUrl)].join(" ");
}

/** The request as a call of fetch. */
export function asFetch(request) {
  const options = { method: request.method, headers: Object.fromEntries(headersOf(request)) };
  if (request.body) options.body = request.body;
  return `await fetch(${JSON.stringify(request.absoluteUrl)}, ${JSON.stringify(options, null, 2)});`;
}

/** A body for reading: JSON with indents, anything else as it is. */
export function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Time of day of a moment, in UTC as the mock's clock. */
export const timeOf = (iso) => iso.slice(11, 19);

export const number = (value) => value.toLocaleString("en");

/** Seconds in the two largest units that people read. */
export function span(seconds) {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Path and query below the base path, decoded where that is possible. */
export function shortUrl(url) {
  const short = url.replace("/social_app/api/v1/third_party", "") || "/";
  try {
    return decodeURIComponent(short);
  } catch {
    return short;
  }
}
