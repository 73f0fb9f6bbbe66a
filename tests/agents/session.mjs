// One run of one client: prepares its home, starts `isolated.mjs` in a network namespace, and reads what it wrote.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CLIENTS } from "./clients.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** How much a shell call shows whole, in bytes: Codex cuts the middle out of what is above 10,000 tokens of 4 bytes. */
const READ_AT_ONCE = 36_000;

const PROMPT = "Say in one sentence what this workspace is for.";

/** Whether a network namespace without a way out can be made here. */
export function canIsolate() {
  return spawnSync("unshare", ["-rn", "ip", "link", "set", "lo", "up"]).status === 0;
}

/**
 * Runs a client in a workspace and returns what it sent and wrote.
 *
 * @returns {Promise<{ requests: object[], outcome: object, stdout: string, stderr: string, readings: number }>} the bodies
 *   of its requests to the model, and how many tool calls the mock model was ready to make
 */
export async function runClient({ name, command, copy, logs, trusted, isolated, timeout }) {
  const home = join(logs, "home");
  mkdirSync(home);
  CLIENTS[name].prepareHome({ home, workspace: copy.path, trusted });
  const toolCalls = CLIENTS[name].readCall ? readingCommands(join(copy.path, "CONTEXT.md")) : [];
  const place = { workspace: copy.path, home, logs, trusted, isolated };
  const job = { client: name, command, prompt: PROMPT, toolCalls, timeout, ...place };
  const file = join(logs, "job.json");
  writeFileSync(file, JSON.stringify(job, null, 2));

  const node = [process.execPath, join(HERE, "isolated.mjs"), file];
  const [program, ...args] = isolated ? ["unshare", "-rn", ...node] : node;
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`the session of ${name} could not be run; what went wrong is said above`);

  const read = (file) => readFileSync(join(logs, file), "utf8");
  const outcome = JSON.parse(read("outcome.json"));
  const asked = outcome.requests.filter(({ protocol }) => protocol === CLIENTS[name].protocol);
  const requests = asked.map(({ file }) => JSON.parse(read(file)));
  return { requests, outcome, stdout: read("stdout"), stderr: read("stderr"), readings: toolCalls.length };
}

/** The shell commands with which an agent reads a document: `cat`, or by ranges of lines when it is long. */
export function readingCommands(path) {
  const lines = readFileSync(path, "utf8").split("\n");
  const commands = [];
  let [first, bytes] = [1, 0];
  lines.forEach((line, index) => {
    const size = Buffer.byteLength(line) + 1;
    if (bytes > 0 && bytes + size > READ_AT_ONCE) {
      commands.push(`sed -n '${first},${index}p' CONTEXT.md`);
      [first, bytes] = [index + 1, 0];
    }
    bytes += size;
  });
  return commands.length === 0 ? ["cat CONTEXT.md"] : [...commands, `sed -n '${first},$p' CONTEXT.md`];
}
