// Drives the console in headless Chromium over the DevTools protocol, with nothing but Node:
//
//	node console.mjs CHROMIUM URL PROFILE-FOLDER [SCREENSHOT]
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import assert from "node:assert/strict";

const [chromium, url, profile, screenshot] = process.argv.slice(2);
// The protocol goes over two pipes: messages are JSON, with a zero byte behind each.
const browser = spawn(chromium, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
  "--remote-debugging-pipe", "--user-data-dir=" + profile, "--window-size=1300,850", "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const ended = new Promise((resolve) => browser.on("exit", resolve));
let last = 0;
let received = "";
const waiting = new Map();
const events = [];
browser.stdio[4].setEncoding("utf8");
browser.stdio[4].on("data", (text) => {
  const messages = (received + text).split("\0");
  received = messages.pop();
  messages.map((m) => JSON.parse(m)).forEach((message) => {
    if (!message.id) {
      events.push(message);
      return;
    }
    const { resolve, reject } = waiting.get(message.id);
    message.error ? reject(new Error(message.error.message)) : resolve(message.result);
  });
});
let session;
function send(method, params = {}) {
  const id = ++last;
  browser.stdio[3].write(JSON.stringify({ id, method, params, sessionId: session }) + "\0");
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}
async function evaluate(expression) {
  const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(expression + ": " + JSON.stringify(exceptionDetails));
  return result.value;
}
// until waits for something to become true; the page polls.
async function until(expression) {
  for (let i = 0; i < 600; i++) {
    if (await evaluate(expression)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("never true: " + expression + "\n" + await evaluate("document.body.innerText"));
}
async function press(key, text) {
  await send("Input.dispatchKeyEvent", { type: "keyDown", key, text });
  await send("Input.dispatchKeyEvent", { type: "keyUp", key });
}
const detail = "document.getElementById('detail').innerText";

try {
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  session = (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  await Promise.all([send("Page.enable"), send("Runtime.enable"), send("Log.enable")]);
  await send("Page.navigate", { url });
  await until("document.querySelectorAll('#requests li').length === 3");
  assert.match(await evaluate("document.getElementById('routes').innerText"), /ANY \/\{proxy\+\}\s+F/);

  // Keys choose; the newest is the failed one.
  await press("ArrowDown");
  await until(`${detail}.includes("as told")`);
  assert.match(await evaluate(detail), /502/);
  await press("ArrowDown");
  await until(`${detail}.includes("onerror")`);

  // Hostile text is text.
  assert.equal(await evaluate("document.querySelectorAll('#detail script, #detail img, #requests script, #requests img').length"), 0);
  assert.match(await evaluate(detail), /<script>alert\(3\)<\/script>/);
  assert.match(await evaluate(detail), /"n": 12345678901234567890\n/);
  assert.match(await evaluate(detail), /hello log/);
  assert.match(await evaluate(detail), /"httpMethod": "POST"/);

  // The filter.
  await press("/", "/");
  await send("Input.insertText", { text: "users get" });
  await until("document.querySelectorAll('#requests li').length === 1");
  await press("Escape");
  await press("ArrowDown");
  await until(`${detail}.includes("cold, init")`);
  assert.match(await evaluate(detail), /GET \/users\/1/);

  // Replay with edits, by keys alone.
  await press("r", "r");
  await until("document.getElementById('replay').open");
  await evaluate("document.getElementById('replay-target').value = '/users/edited'; document.getElementById('replay-form').requestSubmit()");
  await until(`!document.getElementById('replay').open && ${detail}.includes("GET /users/edited")`);
  await until("document.getElementById('state').textContent === '4 requests'");
  assert.match(await evaluate(detail), /start\s+warm/);

  // Dark where the user wants it so.
  const background = "getComputedStyle(document.body).backgroundColor";
  await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "light" }] });
  const light = await evaluate(background);
  await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "dark" }] });
  assert.notEqual(await evaluate(background), light);

  if (screenshot) {
    await evaluate("document.getElementById('filter').value = ''; document.getElementById('filter').dispatchEvent(new Event('input'))");
    const shot = async (name) => writeFileSync(name, Buffer.from((await send("Page.captureScreenshot", { format: "png" })).data, "base64"));
    await shot(screenshot.replace(".png", "-dark.png"));
    await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "light" }] });
    await shot(screenshot);
  }
  const problems = events.filter((e) => e.method === "Runtime.exceptionThrown" || e.method === "Page.javascriptDialogOpening" ||
    e.method === "Log.entryAdded" && e.params.entry.level === "error" && !/favicon/.test(e.params.entry.url ?? ""));
  assert.deepEqual(problems, []);
  console.log("all is well");
} finally {
  session = undefined;
  send("Browser.close").catch(() => {});
  const limit = setTimeout(() => browser.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(limit);
}
