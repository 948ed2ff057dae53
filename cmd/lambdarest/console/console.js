"use strict";
// Everything that comes from requests and functions is put into the page as text, never as HTML.

const $ = (id) => document.getElementById(id);
let requests = [];      // the newest first
let newest = 0;         // the number of the newest
let chosen = 0;         // the number of the one that is shown
let shown = null;       // its details
let apis = [];
let deployment = 0;     // the number of the one whose routes are shown

function element(name, text, className) {
  const e = document.createElement(name);
  if (text !== undefined) e.textContent = text;
  if (className) e.className = className;
  return e;
}

async function get(path) {
  const response = await fetch("api/" + path);
  if (!response.ok) throw new Error(path + ": " + response.status);
  return response.json();
}

// pretty indents JSON and leaves anything else as it is. Strings and numbers stay as they were written: parsed, a large
// number would be another one.
function pretty(text) {
  try { JSON.parse(text); } catch { return text; }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g);
  let out = "", depth = 0, isFirst = false;
  const line = () => "\n" + "  ".repeat(depth);
  for (const t of tokens) {
    const closes = t === "}" || t === "]";
    if (closes) depth--;
    if (closes !== isFirst) out += line(); // neither in {} nor between others
    out += t === ":" ? ": " : t;
    isFirst = t === "{" || t === "[";
    if (isFirst) depth++;
    if (t === ",") out += line();
  }
  return out;
}

async function poll() {
  try {
    const state = await get("requests?after=" + newest);
    if (state.deployment !== deployment) { // the template has changed
      await drawRoutes();
      deployment = state.deployment;
    }
    if (state.requests.length > 0) {
      requests = state.requests.concat(requests).slice(0, 100);
      newest = requests[0].number;
      drawList();
    }
    $("state").textContent = state.last + (state.last === 1 ? " request" : " requests");
  } catch {
    $("state").textContent = "lambdarest does not answer";
  }
  setTimeout(poll, 700);
}

function visible() {
  const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  return requests.filter((r) => {
    const text = [r.method, r.target, r.status, r.function, r.api].join(" ").toLowerCase();
    return words.every((w) => text.includes(w));
  });
}

function drawList() {
  const list = $("requests");
  const items = visible().map((r) => {
    const li = element("li");
    li.id = "request-" + r.number;
    li.setAttribute("role", "option");
    li.setAttribute("aria-selected", String(r.number === chosen));
    li.append(element("span", r.method), element("span", r.target, "path"),
      element("span", r.status || "–", r.status >= 400 || !r.status ? "bad" : "ok"), element("span", r.ms.toFixed(1) + " ms", "time"));
    li.title = r.target;
    li.addEventListener("click", () => choose(r.number));
    return li;
  });
  list.replaceChildren(...items);
  $("none").hidden = requests.length > 0;
  if (chosen) list.setAttribute("aria-activedescendant", "request-" + chosen);
}

async function choose(number) {
  chosen = number;
  drawList();
  document.getElementById("request-" + number)?.scrollIntoView({ block: "nearest" });
  try {
    shown = await get("requests/" + number);
  } catch {
    shown = null;
    $("detail").replaceChildren(element("p", "This request is no longer kept."));
    return;
  }
  if (shown.number === chosen) drawDetail(shown);
}

function table(caption, rows) {
  const t = element("table");
  if (caption) t.append(element("caption", caption));
  for (const [name, value] of rows) {
    const tr = element("tr");
    tr.append(element("th", name), element("td", value));
    t.append(tr);
  }
  return t;
}

function block(title, text) {
  if (!text) return [];
  return [element("h3", title), element("pre", pretty(text))];
}

function drawDetail(r) {
  const replay = element("button", "Edit and replay");
  replay.id = "open-replay";
  replay.addEventListener("click", () => openReplay(r));
  const facts = [["API", r.api], ["route", r.route || "none"], ["status", r.status || "the connection was ended"], ["took", r.ms.toFixed(2) + " ms"], ["at", r.time], ["request id", r.requestId]];
  if (r.function) {
    facts.push(["function", r.function], ["invocation", r.invocationId], ["start", r.cold ? "cold, init " + r.initMs.toFixed(1) + " ms" : "warm"],
      ["function took", r.functionMs.toFixed(2) + " ms"], ["memory", r.maxMemoryMB + " of " + r.memoryMB + " MB"]);
  }
  $("detail").replaceChildren(
    element("h2", r.method + " " + r.target), replay, table("", facts),
    ...(r.error ? [element("h3", "Error"), element("pre", r.error, "bad")] : []),
    ...block("Log of the function", r.log),
    table("Request headers", r.headers), ...block("Request body", r.body),
    ...block(r.rendered ? "Event, as the mapping template has made it" : "Event", r.event), ...block("Result of the function", r.result),
    table("Answer headers", r.answerHeaders), ...block("Answer body", r.answer));
}

function openReplay(r) {
  $("replay-api").replaceChildren(...apis.map((a) => {
    const o = element("option", a.id);
    o.value = a.id;
    o.selected = a.id === r.api;
    return o;
  }));
  $("replay-method").value = r.method;
  $("replay-target").value = r.target;
  $("replay-headers").value = r.headers.filter(([n]) => !/^(content-length|connection|host)$/i.test(n)).map(([n, v]) => n + ": " + v).join("\n");
  $("replay-body").value = r.body;
  $("replay-error").textContent = "";
  $("replay").showModal();
  $("replay-target").focus();
}

async function sendReplay(event) {
  event.preventDefault();
  const headers = $("replay-headers").value.split("\n").filter((l) => l.trim()).map((l) => {
    const at = l.indexOf(":");
    return at < 0 ? [l.trim(), ""] : [l.slice(0, at).trim(), l.slice(at + 1).trim()];
  });
  const response = await fetch("api/replay", {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ api: $("replay-api").value, method: $("replay-method").value, target: $("replay-target").value, headers, body: $("replay-body").value }),
  });
  const answer = await response.json();
  if (!response.ok) {
    $("replay-error").textContent = answer.error;
    return;
  }
  $("replay").close();
  $("requests").focus();
  if (answer.number) choose(answer.number); // 0: of an invocation that nobody waits for, which comes to the list later
}

function move(step) {
  const list = visible();
  if (list.length === 0) return;
  const at = list.findIndex((r) => r.number === chosen);
  choose(list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + step))].number);
}

document.addEventListener("keydown", (e) => {
  if ($("replay").open || e.ctrlKey || e.metaKey || e.altKey) return;
  const inField = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
  if (e.key === "Escape" && inField) { e.target.blur(); $("requests").focus(); return; }
  if (inField) return;
  if (e.key === "ArrowDown" || e.key === "j") { e.preventDefault(); move(1); }
  if (e.key === "ArrowUp" || e.key === "k") { e.preventDefault(); move(-1); }
  if (e.key === "/") { e.preventDefault(); $("filter").focus(); }
  if (e.key === "r" && shown) { e.preventDefault(); openReplay(shown); }
});
$("filter").addEventListener("input", drawList);
$("replay-form").addEventListener("submit", sendReplay);
$("replay-cancel").addEventListener("click", () => $("replay").close());

async function drawRoutes() {
  apis = await get("routes");
  $("routes").replaceChildren(...apis.map((a) => table(a.id + ", " + a.kind + ", " + a.url, a.routes.map((r) => [(r.method + " " + r.path).trim(), r.target]))));
}
poll();
