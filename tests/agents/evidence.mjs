// What a client's requests prove about CONTEXT.md.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { CLIENTS } from "./clients.mjs";

/**
 * Judges a session. CONTEXT.md has reached the model when every line of it that is not blank is in one request, in
 * order, and once.
 *
 * @param {string} name the client
 * @param {object} session what `runClient` returned
 * @param {{ path: string, canaries: Map<string, string> }} copy the workspace it ran in
 * @returns {{ problems: string[], proof: string, notes: string[] }} `proof` says what was found when there is no problem
 */
export function judge(name, session, { path, canaries }) {
  const client = CLIENTS[name];
  const { requests } = session;
  const ended = howItEnded(session);
  if (requests.length === 0) return { problems: [...ended.problems, "it asked the model nothing"], proof: "", notes: [] };

  const document = readFileSync(join(path, "CONTEXT.md"), "utf8");
  const { problems, proof } = client.readCall
    ? judgeReader(requests, document, agentsFile(path), session.readings)
    : judgeImporter(requests, client.dropsComments ? withoutBlockComments(document) : document);
  const text = requests.map(textOf).join("\n");
  const followed = [...canaries].filter(([content]) => text.includes(content)).map(([, mentioned]) => mentioned);
  if (followed.length > 0) problems.push(`files that the document only mentions were included: ${followed.join(", ")}`);
  const about = canaries.size > 0 ? `${proof}, none of ${canaries.size} mentioned paths followed` : proof;
  return { problems: [...ended.problems, ...problems], proof: about, notes: ended.notes };
}

/** A client that imports `@CONTEXT.md` has it in every request; the best one counts. */
function judgeImporter(requests, document) {
  const found = requests.map((body) => findDocument(document, textOf(body)));
  const best = found.reduce((a, b) => (b.lines > a.lines ? b : a));
  return { problems: complaints(best), proof: `${best.lines} of ${best.total} lines` };
}

/** A client that imports nothing is told by AGENTS.md to read CONTEXT.md, and the mock model does as it is told. */
function judgeReader(requests, document, agents, readings) {
  const atOnce = findDocument(document, textOf(requests[0]));
  if (complaints(atOnce).length === 0) return { problems: [], proof: `${atOnce.lines} of ${atOnce.total} lines, at once` };

  const problems = [];
  const told = complaints(findDocument(agents, textOf(requests[0])));
  if (told.length > 0) problems.push(`AGENTS.md is not in its first request: ${told.join("; ")}`);
  if (!namesInProse(agents)) problems.push("AGENTS.md does not name CONTEXT.md in its prose");
  const read = findDocument(document, textOf(toolOutputs(requests.at(-1))));
  problems.push(...complaints(read));
  const calls = readings === 1 ? "one shell call" : `${readings} shell calls`;
  const proof = `${read.lines} of ${read.total} lines, read by ${calls} as AGENTS.md in its first request says`;
  return { problems, proof };
}

function agentsFile(path) {
  const file = join(path, "AGENTS.md");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function namesInProse(agents) {
  return agents.split("\n").some((line) => line.includes("CONTEXT.md") && line.trim() !== "@CONTEXT.md");
}

function toolOutputs(body) {
  return body.input.filter(({ type }) => type.endsWith("_call_output"));
}

/** What speaks against how the client ended, and what is only worth a note. */
function howItEnded({ outcome, stdout, stderr }) {
  const problems = [];
  const notes = [];
  if (outcome.problem) problems.push(`it could not be started: ${outcome.problem}`);
  else if (outcome.stopped && !outcome.finished) problems.push("it did not answer in time");
  else if (outcome.stopped) notes.push("it did not end after its answer and was stopped");
  else if (outcome.code !== 0) problems.push(`it ended with exit code ${outcome.code}: ${lastLine(stderr)}`);
  for (const message of warnings(stdout)) {
    const isAboutFiles = /instruction|AGENTS|truncat/i.test(message);
    (isAboutFiles ? problems : notes).push(message);
  }
  return { problems, notes };
}

/** Codex' items of type `error`, which are warnings such as one about an AGENTS.md that was cut. */
function warnings(stdout) {
  const complete = stdout.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
  const items = complete.map((line) => JSON.parse(line).item);
  return items.filter((item) => item?.type === "error").map(({ message }) => message);
}

function lastLine(text) {
  return stripVTControlCharacters(text).trim().split("\n").at(-1) || "nothing on standard error";
}

/**
 * Looks for a document's lines in a text, in their order.
 *
 * @returns {{ lines: number, total: number, missing: string | undefined, copies: number }} lines found, lines there are,
 *   the first one that is not there, and how often the document's longest line of its own is
 */
export function findDocument(document, text) {
  const lines = document.split("\n").map((line) => line.trimEnd()).filter((line) => line !== "");
  let [position, found, missing] = [0, 0, undefined];
  for (const line of lines) {
    const at = text.indexOf(line, position);
    if (at < 0) missing ??= line;
    else [position, found] = [at + line.length, found + 1];
  }
  const own = lines.filter((line) => document.indexOf(line) === document.lastIndexOf(line));
  const longest = own.reduce((a, b) => (b.length > a.length ? b : a), "");
  return { lines: found, total: lines.length, missing, copies: longest === "" ? 1 : text.split(longest).length - 1 };
}

function complaints({ lines, total, missing, copies }) {
  if (total === 0) return ["the file is empty or missing"];
  if (missing !== undefined) {
    return [`${lines} of ${total} lines; the first that is missing: ${JSON.stringify(missing.slice(0, 120))}`];
  }
  return copies > 1 ? [`all ${total} lines, but ${copies} times`] : [];
}

/** All strings of a value, one below the other. */
export function textOf(value) {
  if (typeof value === "string") return value;
  if (value === null || typeof value !== "object") return "";
  return Object.values(value).map(textOf).join("\n");
}

/** A document without the HTML comments that start a line outside fences: Claude Code takes them out of what it imports. */
export function withoutBlockComments(document) {
  const FENCE_OR_COMMENT = /^ {0,3}(`{3,}|~{3,})[^\n]*(?:\n[^]*?(?:\n {0,3}\1[`~]*[ \t]*$|(?![^]))|$)|^ {0,3}<!--[^]*?-->/gm;
  return document.replace(FENCE_OR_COMMENT, (match, fence) => (fence ? match : ""));
}
