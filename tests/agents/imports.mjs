// Which spellings of `@path` each client takes as "include this file", as a Markdown table.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "./evidence.mjs";
import { runClient } from "./session.mjs";
import { BARE, RELIED_ON, SPELLINGS } from "./spellings.mjs";

/**
 * Runs each client once, in a workspace whose CONTEXT.md imports one document a spelling, and prints the table.
 *
 * @returns {Promise<boolean>} whether no client expands a spelling that Quarry's documents rely on, and those that import
 *   files expand the bare one, without which the table would prove nothing
 */
export async function checkSpellings(names, installed, { temporary, isolated, timeout }) {
  const columns = [];
  let holds = true;
  for (const name of names) {
    const { problem, command, version } = installed[name];
    if (problem) {
      console.log(`${name}: ${problem}`);
      holds = false;
      continue;
    }
    const logs = join(temporary, `${name}-imports`);
    mkdirSync(logs);
    const copy = { path: makeWorkspace(join(logs, "workspace")), canaries: new Map() };
    const session = await runClient({ name, command, copy, logs, trusted: false, isolated, timeout });
    const text = session.requests.map(textOf).join("\n");
    columns.push({ name, title: `${name} ${version}`, expanded: SPELLINGS.map((_, index) => text.includes(canary(index))) });
  }
  printTable(columns);
  for (const column of columns) holds = agrees(column) && holds;
  return holds;
}

/** A workspace with a document and a canary for each spelling; CONTEXT.md imports all the documents. */
function makeWorkspace(path) {
  mkdirSync(join(path, "canaries"), { recursive: true });
  const write = (name, text) => writeFileSync(join(path, name), text);
  write("CLAUDE.md", "@AGENTS.md\n");
  write("GEMINI.md", "@./AGENTS.md\n");
  write("AGENTS.md", "Read CONTEXT.md.\n\n@CONTEXT.md\n");
  write("CONTEXT.md", SPELLINGS.map((_, index) => `@spelling-${index}.md\n`).join("\n"));
  SPELLINGS.forEach(([, spell], index) => {
    write(`spelling-${index}.md`, `${spell(`canaries/${index}.md`)}\n`);
    write(`canaries/${index}.md`, `${canary(index)}\n`);
  });
  return path;
}

function canary(index) {
  return `the-canary-of-spelling-${index}-was-included`;
}

function printTable(columns) {
  console.log(`| spelling of \`@path\` | ${columns.map(({ title }) => title).join(" | ")} |`);
  console.log(`| --- |${" --- |".repeat(columns.length)}`);
  SPELLINGS.forEach(([name], index) => {
    const cells = columns.map(({ expanded }) => (expanded[index] ? "**expanded**" : "no"));
    console.log(`| ${name.replaceAll("|", "\\|")} | ${cells.join(" | ")} |`);
  });
}

function agrees({ name, title, expanded }) {
  const isExpanded = (spelling) => expanded[SPELLINGS.findIndex(([each]) => each === spelling)];
  const broken = RELIED_ON.filter(isExpanded);
  for (const spelling of broken) console.log(`${title} expands what Quarry's documents contain: ${spelling}`);
  const proves = name === "codex" || isExpanded(BARE);
  if (!proves) console.log(`${title}: not even a bare @path was expanded; the table proves nothing`);
  return broken.length === 0 && proves;
}
