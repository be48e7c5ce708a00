// Hides rows that do not fit the filters, and opens what a link leads to. The page reads without it, too.
"use strict";

const all = (selector) => [...document.querySelectorAll(selector)];

function show(rows, fits, counter) {
  let shown = 0;
  for (const row of rows) {
    row.hidden = !fits(row.dataset);
    shown += row.hidden ? 0 : 1;
  }
  counter.textContent = `${shown} of ${rows.length}`;
}

function wanted(form) {
  const data = new FormData(form);
  const words = (data.get("text") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const outcomes = new Set(data.getAll("outcome"));
  const kind = data.get("kind") ?? "";
  const statuses = data.get("status") ?? "";
  return (row) =>
    (!("outcome" in row) || outcomes.has(row.outcome)) &&
    (!kind || row.kind === kind) &&
    (!statuses || row.status === statuses) &&
    words.every((word) => row.text.includes(word));
}

for (const form of all("form.filters")) {
  const rows = all(`#${form.dataset.rows} > details`);
  const counter = form.querySelector("output");
  const apply = () => show(rows, wanted(form), counter);
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  apply(); // A browser may have kept what was typed before a reload.
}

function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName !== "DETAILS") return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView();
  target.querySelector("summary").focus();
}
addEventListener("hashchange", reveal);
reveal();

addEventListener("keydown", (event) => {
  const field = document.activeElement;
  const isTyping = field instanceof HTMLInputElement && field.type === "search";
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    document.getElementById("search").focus();
  } else if (event.key === "Escape" && isTyping) {
    field.form.reset();
  }
});
